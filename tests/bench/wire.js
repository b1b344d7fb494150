// Requests as they go over the wire, as Twilio and as the page make them.

import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';

import twilio from 'twilio';

const FORM = 'application/x-www-form-urlencoded; charset=UTF-8';

// One whole request, kept apart so that wrk, a plain CGI program and a check can each send it.
function request(method, program, { query = '', headers = {}, body = '' } = {}) {
  const path = `/cgi-bin/${program}${query && `?${query}`}`;
  return { method, program, path, query, headers, body };
}

export class Wire {
  constructor({ secrets, config, token }) {
    Object.assign(this, { secrets, config, token });
  }

  // A pass for the leg that fromTwilio speaks of, for longer than any bench takes.
  pass(role, task) {
    const mac = (key, text) => createHmac('sha256', key).update(text).digest();
    const key = mac(this.secrets.apiSecret, `dialpad session ${this.secrets.workspaceSid}`);
    const expires = (Math.floor(Date.now() / 1000) + 86_400).toString(36);
    const text = ['pass', role, task, 'client:alice', expires].join('|');
    return `${expires}.${mac(key, text).subarray(0, 16).toString('base64url')}`;
  }

  // Twilio signs https addresses without their port.
  fromTwilio(program, query, fields) {
    const call = {
      AccountSid: this.secrets.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: `CA${'5'.repeat(32)}`,
      CallStatus: 'in-progress',
      Called: 'client:alice',
      Caller: 'client:bob',
      Direction: 'outbound-api',
      From: 'client:bob',
      To: 'client:alice',
      ...fields,
    };
    const url = `${this.config.DIALPAD_PUBLIC_URL.replace(/:\d+/, '')}/${program}?${query}`;
    const signature = twilio.getExpectedTwilioSignature(this.secrets.authToken, url, call);
    return request('POST', program, {
      query,
      headers: { 'Content-Type': FORM, 'X-Twilio-Signature': signature },
      body: new URLSearchParams(call).toString(),
    });
  }

  get(program, query) {
    return request('GET', program, { query, headers: { 'X-Dialpad-Token': this.token } });
  }

  post(program, body) {
    return request('POST', program, {
      headers: { 'X-Dialpad-Token': this.token, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
}

// What wrk sends; see load.lua.
export function writeForWrk(file, requests) {
  const texts = requests.map(({ method, path, headers, body }) => [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
    '', body,
  ].join('\r\n'));
  writeFileSync(file, `return {\n${texts.map((text) => JSON.stringify(text)).join(',\n')}\n}\n`);
}

// The variables that a web server would set for the same request as plain CGI.
export function cgiVariables({ method, path, query, headers, body }) {
  const { 'Content-Type': type = '', ...others } = headers;
  return {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: method,
    REQUEST_URI: path,
    QUERY_STRING: query,
    CONTENT_TYPE: type,
    CONTENT_LENGTH: body === '' ? '' : String(Buffer.byteLength(body)),
    ...Object.fromEntries(Object.entries(others).map(([name, value]) =>
      [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value])),
  };
}

// Sends one request to the benchmark's own address → {status, body}.
export function send(port, { method, path, headers, body }) {
  return new Promise((done, failed) => {
    const sent = http.request({ host: '127.0.0.1', port, method, path, agent: false,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => { text += part; });
      response.once('end', () => done({ status: response.statusCode, body: text }));
    });
    sent.once('error', failed);
    sent.end(body);
  });
}
