// The page first, then what calls need: that is many times as large, with Twilio's SDKs, and nobody
// calls or is called in the first moment.

import { byId } from './dom.js';
import { firstPaint, loadStyle, need, preload } from './loading.js';
import './page.js';
import { t } from './strings.js';

// What calls.js imports, however indirectly, so that all of it comes at once.
const PARTS = `
  alerts awake call-buttons call-controller call-find call-leave call-leg call-panel call-place
  call-rejoin call-requests call-state call-text call-told calls charge chosen-status connection
  devices dialog expected-leg favourite-star free-again history identity insist isolated-name
  kept-leg keypad leg-urls line long-list microphone outlet outside own-presence own-status
  past-calls-view past-calls people-view poller press-guard quality readiness replies reservations
  ringer shortcuts softphone sound stars tab-list tabs taskrouter team voice-device voice-leg
  volume wishes worker
`.trim().split(/\s+/);
const SDKS = ['vendor/taskrouter.js', 'vendor/voice-sdk.js'];

/** Until calls.js is there to say it. */
function tell(failing) {
  if (!failing) return;
  byId('hint-text').textContent = t('unreachable');
  byId('hint-text').dataset.tone = 'warning';
}

async function loadCalls() {
  await firstPaint();
  // Ours first: a call that goes on is looked for while the SDKs are on their way.
  preload([...PARTS.map((name) => `js/${name}.js`), ...SDKS]);
  await need(() => loadStyle('css/call.css'), tell);
  return need(() => import('./calls.js'), tell);
}

const calls = loadCalls();

byId('settings-open').addEventListener('click', async () => {
  const { openSettings } = await calls;
  openSettings().catch(() => {}); // told already
});
