// How a page of Flex signs in.

/**
 * A fetch for api.js. Where a page of ours asks `session`, which knows whose password the web
 * server has checked, a page of Flex shows the token that Flex has for its user. It goes there
 * alone, and is kept nowhere.
 * @param {() => string} token as Flex has it now
 */
export const fetchByToken = (token, fetch = globalThis.fetch.bind(globalThis)) => (
  (url, request) => (!url.pathname.endsWith('/session') ? fetch(url, request)
    : fetch(new URL('flex-session', url), {
      ...request,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: token() }),
    })));
