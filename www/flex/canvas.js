// A call in Flex's canvas: who it is with, how it is, for how long.

import { detailText, formatDuration, statusText } from '../js/call-text.js';
import { part, setText } from '../js/dom.js';
import { t } from '../js/strings.js';

/** @returns {() => void} takes it away */
export function mountCallStatus(host, calls, { task }) {
  const status = part('p', { className: 'status' });
  status.setAttribute('role', 'status');
  const detail = part('p', { className: 'detail' });
  const timer = part('p', { className: 'timer' });
  host.replaceChildren(status, detail, timer);

  function tick() {
    const view = calls.view(task?.taskSid);
    const since = view?.phase === 'ended' ? null : view?.connectedAt ?? null;
    setText(timer, since === null ? '' : formatDuration(Date.now() - since));
  }

  function render() {
    const view = calls.view(task?.taskSid);
    setText(status, view ? statusText(view) : '');
    setText(detail, view ? view.note ?? detailText(view) : '');
    tick();
  }

  const stop = calls.onChange(render);
  const ticking = setInterval(tick, 1000);
  render();
  return () => {
    stop();
    clearInterval(ticking);
  };
}

/** Holds the colleague, not this agent: Flex's own button would do that. */
export function createHoldButton(React, IconButton, calls) {
  return function HoldButton({ task }) {
    const [, redraw] = React.useState(0);
    const [isBusy, setBusy] = React.useState(false);
    React.useEffect(() => calls.onChange(() => redraw((count) => count + 1)), []);
    const view = calls.view(task?.taskSid);
    const held = view?.hold.other === true;
    const words = t(held ? 'resume' : 'hold');
    return React.createElement(IconButton, {
      icon: held ? 'HoldOff' : 'Hold', variant: 'secondary', title: words, 'aria-label': words,
      disabled: isBusy || view?.phase !== 'connected',
      async onClick() {
        setBusy(true);
        await calls.act(task.taskSid, { type: 'hold', hold: !held });
        setBusy(false);
      },
    });
  };
}
