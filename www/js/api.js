// The only place that fetches from our own programs. What calls ask them: call-requests.js.

const TOKEN_HEADER = 'X-Dialpad-Token';
const TIMEOUT = 8000; // the programs answer within 4 s

export class ApiError extends Error {
  /**
   * @param {number} status the HTTP status; 0 when no answer came
   * @param {string} code the server's word, or 'unreachable'
   */
  constructor(status, code) {
    super(`${code} (${status})`);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

const CODES = { 401: 'sign_in', 429: 'too_many_requests' };

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function check({ ok, status, answer, date }) {
  if (ok && (answer || status === 204)) return { answer, date };
  throw new ApiError(status, CODES[status] ?? answer?.error?.code ?? 'failed');
}

function requestOf(url, token, method, { query = {}, body }) {
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const headers = {};
  if (token) headers[TOKEN_HEADER] = token;
  if (body) headers['Content-Type'] = 'application/json';
  return [url, { method, headers, body: body && JSON.stringify(body), credentials: 'same-origin' }];
}

/**
 * @param {string} base the folder that the programs are in, with its last slash
 * @param {typeof globalThis.fetch} fetch
 */
export function createApi(base, fetch = globalThis.fetch.bind(globalThis)) {
  let token = null;
  let renew = null;

  async function send(method, program, options = {}) {
    const [url, request] = requestOf(new URL(program, base), token, method, options);
    const { signal } = options;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), TIMEOUT);
    const either = AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]);
    try {
      const response = await fetch(url, { ...request, signal: either });
      const { ok, status } = response;
      const answer = parse(await response.text());
      return { ok, status, answer, date: response.headers.get('Date') };
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, 'unreachable');
    } finally {
      clearTimeout(timer);
    }
  }

  /** A token that isn't there yet or has run out costs a wait, not a failed request. */
  async function ask(method, program, options) {
    if (!token && renew) await renew();
    let got = await send(method, program, options);
    if (got.status === 401 && renew) {
      await renew();
      got = await send(method, program, options);
    }
    return check(got);
  }

  return {
    ask,
    /** What refuses here is final for the agent: the web server no longer knows who this is. */
    async session() {
      const { answer, date } = check(await send('POST', 'session'));
      token = answer.token;
      // How far the server's clock is ahead, which is Twilio's as well as matters here.
      return { ...answer, skew: Date.parse(date) - Date.now() || 0 };
    },
    onTokenRefused(handler) {
      renew = handler;
    },
    async listAgents(q, { limit, offset = 0, signal }) {
      const query = { q, limit, all: 1, ...(offset && { offset }) };
      return (await ask('GET', 'list-agents', { query, signal })).answer;
    },
  };
}
