// Who may ask for a call from outside: the page's own address, and the page around it. Both parts
// are loaded only where somebody does.

const inFrame = () => window.parent !== window;

/**
 * @param {object} page what call-link.js and embed.js need: find, whyNot, call, search, focus
 */
export function createOutside(page) {
  let embedding = null;

  const ask = async (address) => (await import('./call-link.js')).askToCall(address, page);

  return {
    /** The server has said who this is, and who may embed the page. */
    async signedIn({ embedOrigins = [] }) {
      if (new URLSearchParams(location.search).has('call')) {
        const { takeFromAddress } = await import('./call-link.js');
        const address = takeFromAddress();
        if (address) ask(address).catch(() => {});
      }
      if (embedding || !inFrame() || embedOrigins.length === 0) return;
      const { mountEmbedding } = await import('./embed.js');
      embedding ??= mountEmbedding(embedOrigins, {
        call: (to) => ask(to).catch(() => {}), search: page.search, focus: page.focus,
      });
      page.embedded();
    },
    /** @param {boolean} ready whether calls can be made @param {?object} call its state */
    update(ready, call) {
      if (ready) embedding?.ready();
      if (call) embedding?.update(call);
    },
  };
}
