// Who may ask for a call from outside: the page's own address, and the page around it. Both parts
// are loaded only where somebody does.

import { loadWithRetries } from './loading.js';

const inFrame = () => window.parent !== window;

/**
 * @param {object} page what call-link.js and embed.js need: find, whyNot, call, search, focus;
 *   embedded() when somebody listens; notLoaded(failing)
 */
export function createOutside(page) {
  let embedding = null;
  let own = []; // addresses of this agent

  const callLink = () => loadWithRetries(() => import('./call-link.js'), page.notLoaded);

  async function ask(address) {
    const { askToCall } = await callLink();
    await askToCall(address, { ...page, own });
  }

  async function askFromAddress() {
    const { takeFromAddress } = await callLink();
    const address = takeFromAddress();
    if (address !== null) await ask(address);
  }

  async function embed(origins) {
    const { mountEmbedding } = await loadWithRetries(() => import('./embed.js'), page.notLoaded);
    embedding ??= mountEmbedding(origins, {
      call: (to) => ask(to).catch(() => {}), search: page.search, focus: page.focus,
    });
    page.embedded();
  }

  return {
    /** The server has said who this is, and who may embed the page. */
    signedIn({ worker, embedOrigins = [] }) {
      own = [worker.sid, worker.contactUri];
      if (new URLSearchParams(location.search).has('call')) askFromAddress().catch(() => {});
      if (inFrame() && embedOrigins.length > 0) embed(embedOrigins).catch(() => {});
    },
    /** @param {boolean} ready whether calls can be made @param {object} call its state */
    update(ready, call) {
      if (ready) embedding?.ready();
      embedding?.update(call);
    },
  };
}
