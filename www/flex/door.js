// How a page of Flex signs in.

const REFUSALS = [401, 403];

/** What the page's modules take for: nobody is signed in. */
const signedOut = () => new Response(null, { status: 401 });

/**
 * A fetch for api.js. Where a page of ours asks `session`, which knows whose password the web
 * server has checked, a page of Flex shows the token that Flex has for its user. It goes there
 * alone, and only one that was refused is kept, to be known again: it stays refused, and each
 * further question would count as an attempt to break in, which can get a whole office banned.
 * Until Flex has another one, nobody is asked anything.
 * @param {() => ?string} token as Flex has it now, if it has one
 */
export function fetchByToken(token, fetch = globalThis.fetch.bind(globalThis)) {
  let refused = null;

  async function signIn(url, request) {
    const shown = token();
    const response = await fetch(new URL('flex-session', url), {
      ...request,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: shown }),
    });
    if (!REFUSALS.includes(response.status)) return response;
    refused = shown;
    return signedOut();
  }

  return async (url, request) => {
    if (!token()) throw new Error('Flex has no token now');
    if (token() === refused) return signedOut();
    return url.pathname.endsWith('/session') ? signIn(url, request) : fetch(url, request);
  };
}
