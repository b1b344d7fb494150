// What ties this page to the server and to Twilio: the session, the two SDKs, the tabs of the same
// agent, and the network under all of it.

import { isOnline, stayAwake } from './awake.js';
import { createChosenStatus } from './chosen-status.js';
import { createSoftphone } from './softphone.js';
import { has } from './strings.js';
import { createTabs } from './tabs.js';
import { connectTaskRouter } from './taskrouter.js';

const WRONG_ON_SERVER = ({ status, code }) => {
  if (status === 401) return 'sign_in';
  return status >= 400 && status < 500 && has(code) ? code : 'unreachable';
};

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
export function createLink(session, { soundFolder, getUserMedia, signedIn, onChange, onLevel }) {
  const link = {
    session: null, taskRouter: null, softphone: null, tabs: null,
    problem: null, up: false, registered: false, online: isOnline(),
  };
  const waiting = [];
  let controller = null;
  let status = null;

  const signIn = {
    onRenewed(renewed) {
      const first = link.session === null;
      link.session = renewed;
      link.problem = null;
      if (first) enter(signedIn(renewed));
      link.taskRouter?.updateToken(renewed.taskrouter.token);
      link.softphone?.updateToken(renewed.voice.token);
      onChange();
    },
    onLost(error) {
      link.problem = WRONG_ON_SERVER(error);
      if (link.problem !== 'unreachable') controller.signedOut();
      onChange();
    },
  };
  const renewQuietly = () => session.renew().catch(() => {});

  function enter(store) {
    status = createChosenStatus(store);
    link.tabs = createTabs(store, (inCharge) => {
      controller.dispatch({ type: 'charge', inCharge });
      if (inCharge) controller.lookForLeftCall();
      onChange();
    });
    controller.signedIn();
  }

  const setAgain = (sid) => sid && link.taskRouter.setActivity(sid).catch(() => {});

  function connectWorker(Worker) {
    link.taskRouter = connectTaskRouter(Worker, link.session, {
      up() {
        link.up = true;
        const since = link.taskRouter.activitySince() - link.session.skew;
        setAgain(status.back(link.taskRouter.activity(), since));
        controller.taskRouterUp();
        onChange();
      },
      down() {
        if (link.up) status.left();
        link.up = false;
        onChange();
      },
      offered: controller.offered,
      changed: controller.taskChanged,
      activity() {
        const current = link.taskRouter.activity();
        if (current && link.up) setAgain(status.changed(current));
        onChange();
      },
      tokenExpired: renewQuietly,
    });
  }

  function connectDevice(Voice) {
    link.softphone = createSoftphone(Voice, link.session, {
      soundFolder,
      getUserMedia,
      on: {
        registered(registered) {
          link.registered = registered;
          if (registered) waiting.splice(0).forEach((resolve) => resolve());
          onChange();
        },
        legOpen: controller.legOpen,
        legClosed: controller.legClosed,
        muted: controller.muted,
        doubtful: controller.legDoubtful,
        line: (taskSid, lost) => controller.dispatch({ type: 'line', taskSid, lost }),
        warning: (taskSid, name, on) => (
          controller.dispatch({ type: 'warning', taskSid, name, on })),
        level: onLevel,
        replaced: onChange,
        tokenExpiring: renewQuietly,
      },
    });
  }

  /**
   * Whatever was known may be old, and whatever is connected may be dead. The tokens come first:
   * with one that ran out meanwhile an SDK would try again and again.
   */
  async function comeBack() {
    await renewQuietly();
    link.taskRouter?.wake();
    link.softphone?.wake();
  }

  return Object.assign(link, {
    /** Resolves once the softphone can be rung. */
    whenRegistered: () => (
      link.registered ? Promise.resolve() : new Promise((resolve) => { waiting.push(resolve); })),

    async setActivity(sid) {
      const before = link.taskRouter.activity().sid;
      status.choose(sid);
      try {
        await link.taskRouter.setActivity(sid);
      } catch (error) {
        status.choose(before);
        throw error;
      }
    },

    /** @param {Promise<[object, object]>} sdks TaskRouter's and Voice's */
    async start(callController, sdks) {
      controller = callController;
      stayAwake({
        tick() {
          session.look();
          status?.touch();
          link.taskRouter?.look();
          link.softphone?.look();
        },
        back: comeBack,
        network(up) {
          link.online = up;
          onChange();
        },
      });
      addEventListener('pagehide', () => status?.left());
      session.follow(signIn);
      await session.first;
      const [TaskRouter, Voice] = await sdks;
      connectWorker(TaskRouter.Worker);
      connectDevice(Voice);
    },
  });
}
