// Just enough of Twilsock, over which Flex's Sync and Conversations speak, for Flex to come up:
// whoever begins is welcomed, and whatever is asked for isn't there.

function packet(header, payload = '') {
  const body = Buffer.from(payload);
  const head = Buffer.from(JSON.stringify({ ...header, payload_size: body.length }));
  return Buffer.concat([
    Buffer.from(`TWILSOCK V3.0 ${head.length}\r\n`), head, Buffer.from('\r\n'), body]);
}

function headerOf(data) {
  const end = data.indexOf('\r\n');
  const size = Number(data.subarray(0, end).toString().split(' ')[2]);
  return JSON.parse(data.subarray(end + 2, end + 2 + size));
}

const OK = { code: 200, status: 'OK' };
const WELCOME = {
  continuation_token: 'first', offline_storage: {}, init_registrations: [], debug_info: null,
  confirmed_capabilities: [],
  continuation_token_status: { reissued: true, reissue_reason: 'MISSING', reissue_message: '' },
};
const MISSING = {
  http_status: { code: 404, status: 'Not Found' },
  http_headers: { 'content-type': 'application/json' }, payload_type: 'application/json',
};

/** @param {import('ws').WebSocket} socket */
export function serveTwilsock(socket) {
  const reply = (id, header, body) => socket.send(
    packet({ method: 'reply', id, status: OK, ...header }, body && JSON.stringify(body)));
  socket.on('message', (data) => {
    const { method, id } = headerOf(data);
    if (method === 'init') reply(id, { payload_type: 'application/json' }, WELCOME);
    else if (method === 'message') reply(id, MISSING, { code: 20404, message: 'not here' });
    else reply(id, {});
  });
}
