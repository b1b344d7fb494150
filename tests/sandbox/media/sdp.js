// Edits of session descriptions, line by line.

const CODECS = /^(opus\/48000\/2|PCMU\/8000(\/1)?)$/i;

// An offer as the Voice SDK wants it: loopback candidates only, all of them inside, and no
// telephone-event, so that digits come as messages.
export function prepareOffer(sdp) {
  const lines = keepPayloads(sdp.split('\r\n'), (codec) => CODECS.test(codec));
  const kept = lines.filter((line) => !line.startsWith('a=candidate:') || isLoopbackUdp(line));
  if (!kept.includes('a=end-of-candidates')) {
    const last = kept.findLastIndex((line) => line.startsWith('a=candidate:'));
    kept.splice(last + 1, 0, 'a=end-of-candidates');
  }
  return kept.join('\r\n');
}

// The codecs of an answer, the first of which is the one in use, as rtpmap names them.
export function codecsOfAnswer(sdp) {
  const lines = sdp.split('\r\n');
  const [first] = payloadsOf(lines);
  return [codecNames(lines).get(first)];
}

export function keepCodecs(sdp, codecs) {
  return keepPayloads(sdp.split('\r\n'), (codec) => codecs.includes(codec)).join('\r\n');
}

function isLoopbackUdp(line) {
  const [, , transport, , address] = line.split(' ');
  return transport.toLowerCase() === 'udp' && address === '127.0.0.1';
}

function payloadsOf(lines) {
  return lines.find((line) => line.startsWith('m=audio ')).split(' ').slice(3);
}

function codecNames(lines) {
  const names = new Map();
  for (const line of lines) {
    const match = /^a=rtpmap:(\d+) (\S+)/.exec(line);
    if (match) names.set(match[1], match[2]);
  }
  return names;
}

function keepPayloads(lines, wanted) {
  const names = codecNames(lines);
  const kept = payloadsOf(lines).filter((payload) => wanted(names.get(payload) ?? ''));
  return lines.flatMap((line) => {
    if (line.startsWith('m=audio ')) return [[...line.split(' ').slice(0, 3), ...kept].join(' ')];
    const match = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line);
    return match && !kept.includes(match[1]) ? [] : [line];
  });
}
