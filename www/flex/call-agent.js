// The plugin that Twilio Flex loads: the section "Call Agent" in Flex's dialpad. Everything that it
// does stands in modules, most of them the page's own; this script brings them. It is no module
// itself, because Plugins.init looks at document.currentScript before it returns.

(() => {
  'use strict';

  // Where the page is, with its last slash, for a copy of this script that lies elsewhere.
  const HOME = '';
  const ownAddress = document.currentScript?.src;

  /** Flex may have fetched this script itself: then only its list of plugins has the address. */
  function homeOf(plugins) {
    const listed = (plugins ?? []).find(({ src }) => /\/flex\/call-agent[^/]*\.js$/.test(src ?? ''));
    return HOME || new URL('../', ownAddress || listed?.src).href;
  }

  class CallAgentPlugin {
    name = 'dialpad-call-agent';

    async init(flex, manager, plugins) {
      const home = homeOf(plugins);
      const { start } = await import(new URL('flex/plugin.js', home).href);
      return start(flex, manager, { React: window.React, home });
    }
  }

  window.Twilio.Flex.Plugins.init(CallAgentPlugin);
})();
