// What ties this page to the server and to Twilio: the session, the two SDKs, the tabs of the same
// agent, and the network under all of it.

import { isOnline, stayAwake } from './awake.js';
import { createChosenStatus } from './chosen-status.js';
import { createSoftphone } from './softphone.js';
import { has } from './strings.js';
import { createTabs } from './tabs.js';
import { connectTaskRouter } from './taskrouter.js';

const problemOf = ({ status, code }) => {
  if (status === 401) return 'sign_in';
  return status >= 400 && status < 500 && has(code) ? code : 'unreachable';
};

function connectWorker(Worker, connection, { controller, status, renew, onChange }) {
  const setAgain = (sid) => sid && connection.taskRouter.setActivity(sid).catch(() => {});
  return connectTaskRouter(Worker, connection.session, {
    up() {
      connection.up = true;
      const since = connection.taskRouter.activitySince() - connection.session.skew;
      setAgain(status.back(connection.taskRouter.activity(), since));
      controller.taskRouterUp();
      onChange();
    },
    down() {
      if (connection.up) status.left();
      connection.up = false;
      onChange();
    },
    offered: controller.offered,
    changed: controller.taskChanged,
    activity() {
      const current = connection.taskRouter.activity();
      if (current && connection.up) setAgain(status.changed(current));
      onChange();
    },
    tokenExpired: renew,
  });
}

/** What the softphone tells, and who is told. */
function softphoneHandlers({ controller, renew, onChange, onLevel, onRegistered }) {
  return {
    registered: onRegistered,
    legOpen: controller.legOpen,
    legClosed: controller.legClosed,
    muted: controller.muted,
    doubtful: controller.legDoubtful,
    line: (taskSid, lost) => controller.dispatch({ type: 'line', taskSid, lost }),
    warning: (taskSid, name, on) => controller.dispatch({ type: 'warning', taskSid, name, on }),
    level: onLevel,
    replaced: onChange,
    tokenExpiring: renew,
  };
}

/** Keeps what is connected alive, and connects it anew when the page has slept. */
function watchOver(connection, session, { renew, onChange }) {
  stayAwake({
    tick() {
      session.look();
      connection.status?.touch();
      connection.taskRouter?.look();
      connection.softphone?.look();
    },
    /**
     * Whatever was known may be old, and whatever is connected may be dead. The tokens come first:
     * with one that ran out meanwhile an SDK would try again and again.
     */
    async back() {
      await renew();
      connection.taskRouter?.wake();
      connection.softphone?.wake();
    },
    network(up) {
      connection.online = up;
      onChange();
    },
  });
  addEventListener('pagehide', () => connection.status?.left());
}

/** Has the session renewed what it can, and hears who the agent is. */
function followSession(connection, session, { controller, signedIn, onChange }) {
  function enter(store) {
    connection.status = createChosenStatus(store);
    connection.tabs = createTabs(store, (inCharge) => {
      controller.dispatch({ type: 'charge', inCharge });
      if (inCharge) controller.lookForLeftCall();
      onChange();
    });
    controller.signedIn();
  }

  session.follow({
    onRenewed(renewed) {
      const first = connection.session === null;
      connection.session = renewed;
      connection.problem = null;
      if (first) enter(signedIn(renewed));
      connection.taskRouter?.updateToken(renewed.taskrouter.token);
      connection.softphone?.updateToken(renewed.voice.token);
      onChange();
    },
    onLost(error) {
      connection.problem = problemOf(error);
      if (connection.problem !== 'unreachable') controller.signedOut();
      onChange();
    },
  });
}

/**
 * @param {object} session of session.js
 * @param {object} options
 * @param {URL} options.soundFolder
 * @param {Function} options.getUserMedia
 * @param {(session: object) => object} options.signedIn gets to know who this is, once; returns
 *   the store of that agent
 * @param {() => void} options.onChange anything below has changed
 * @param {(level: number) => void} options.onLevel of the microphone, 0 to 1
 */
export function createConnection(session, options) {
  const { soundFolder, getUserMedia, onChange } = options;
  const connection = {
    session: null, taskRouter: null, softphone: null, tabs: null, status: null,
    problem: null, up: false, registered: false, online: isOnline(),
  };
  const waiting = [];
  const renew = () => session.renew().catch(() => {});

  function onRegistered(registered) {
    connection.registered = registered;
    if (registered) waiting.splice(0).forEach((resolve) => resolve());
    onChange();
  }

  return Object.assign(connection, {
    /** Resolves once the softphone can be rung. */
    whenRegistered: () => (connection.registered ? Promise.resolve()
      : new Promise((resolve) => { waiting.push(resolve); })),

    async setActivity(sid) {
      const before = connection.taskRouter.activity().sid;
      connection.status.choose(sid);
      try {
        await connection.taskRouter.setActivity(sid);
      } catch (error) {
        connection.status.choose(before);
        throw error;
      }
    },

    /** @param {Promise<[object, object]>} sdks TaskRouter's and Voice's */
    async start(controller, sdks) {
      const told = { ...options, controller, renew, onRegistered };
      watchOver(connection, session, told);
      followSession(connection, session, told);
      await session.first;
      const [TaskRouter, Voice] = await sdks;
      connection.taskRouter = connectWorker(TaskRouter.Worker, connection, {
        ...told, status: connection.status,
      });
      connection.softphone = createSoftphone(Voice, connection.session, {
        soundFolder, getUserMedia, on: softphoneHandlers(told),
      });
    },
  });
}
