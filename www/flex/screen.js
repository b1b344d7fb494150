// What the calls need of Flex's screen: its notifications, its leg, its selection.

const NAME = 'dialpad-call-agent';
const WORDS = 'DialpadCallAgentWords';
const REGISTERED_WITHIN = 15000;

function registerNotes({ Notifications, NotificationType }, manager) {
  manager.strings = { ...manager.strings, [WORDS]: '{{text}}' };
  for (const [kind, timeout] of [['information', 6000], ['error', 8000]]) {
    Notifications.registerNotification(
      { id: `${NAME}-${kind}`, type: NotificationType[kind], content: WORDS, timeout });
  }
}

export function createScreen(flex, manager) {
  registerNotes(flex, manager);
  return {
    tell: ({ text, failed }) => flex.Notifications
      .showNotification(`${NAME}-${failed ? 'error' : 'information'}`, { text }),
    hasLeg: () => Boolean(manager.store.getState().flex.phone.activeCall),
    /** Flex's softphone can be dialed, or has had the time for it. */
    registered: () => new Promise((resolve) => {
      const { voiceClient } = manager;
      if (!voiceClient || voiceClient.state === 'registered') resolve();
      else voiceClient.once('registered', resolve);
      setTimeout(resolve, REGISTERED_WITHIN);
    }),
    /** Flex does so by itself only for what is routed to a Worker. */
    select: (sid) => flex.Actions.invokeAction('SelectTask', { sid }).catch(() => {}),
  };
}
