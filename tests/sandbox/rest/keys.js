import { randomBytes } from 'node:crypto';
import { TwilioError, badParameter, notFound } from '../twilio-error.js';

const ACCOUNT = '/2010-04-01/Accounts/:accountSid';
const MAX_NAME = 64;

/** The account's API keys: first the configured one, which can be deleted as any other. */
export class Keys {
  constructor(world) {
    const { apiKey: sid, apiSecret: secret } = world.config;
    this.world = world;
    this.bySid = new Map([[sid, { sid, secret, friendlyName: 'Configured', created: 0 }]]);
  }

  /** The pairs that Basic authentication takes, as SID:SECRET. */
  pairs() {
    return [...this.bySid.values()].map(({ sid, secret }) => `${sid}:${secret}`);
  }

  all() {
    return [...this.bySid.values()];
  }

  /** What tokens of this key are signed with; undefined for one that there isn't. */
  secretOf(sid) {
    return this.bySid.get(sid)?.secret;
  }

  add(friendlyName) {
    const key = { sid: this.world.sid('SK'), secret: randomBytes(16).toString('hex'), friendlyName,
      created: this.world.now() };
    this.bySid.set(key.sid, key);
    return key;
  }

  toJSON() {
    return [...this.bySid.values()];
  }

  restore(keys) {
    if (keys) this.bySid.clear();
    for (const key of keys ?? []) this.bySid.set(key.sid, key);
  }
}

function keyResource({ sid, friendlyName, created }) {
  const date = new Date(created).toUTCString();
  return { sid, friendly_name: friendlyName, date_created: date, date_updated: date };
}

/** A key of type Standard may do everything but what concerns keys and the account itself. */
function asAccount(ctx) {
  if (!ctx.isAccount) throw new TwilioError(401, 20003, 'Authenticate');
}

function find(ctx) {
  const key = ctx.world.keys.all().find(({ sid }) => sid === ctx.path.sid);
  if (!key) throw notFound(ctx.request.path);
  return key;
}

function checkedName(ctx) {
  const name = ctx.text('FriendlyName') ?? '';
  if (name.length > MAX_NAME) throw badParameter(`FriendlyName is over ${MAX_NAME} characters`);
  return name;
}

const route = (method, path, handler, more = {}) => ({
  method, path: `${ACCOUNT}/${path}`, ...more,
  handler: (ctx) => {
    asAccount(ctx);
    handler(ctx);
  },
});

const ONE = { sidChecks: { sid: 'SK' } };

export const keyRoutes = () => [
  route('GET', 'Keys.json', (ctx) => ctx.page2010('keys', ctx.world.keys.all(), keyResource),
    { list: true }),
  route('POST', 'Keys.json', (ctx) => {
    const key = ctx.world.keys.add(checkedName(ctx));
    ctx.reply(201, { ...keyResource(key), secret: key.secret });
  }, { params: ['FriendlyName'] }),
  route('GET', 'Keys/:sid.json', (ctx) => ctx.reply(200, keyResource(find(ctx))), ONE),
  route('POST', 'Keys/:sid.json', (ctx) => {
    const key = Object.assign(find(ctx), { friendlyName: checkedName(ctx) });
    ctx.reply(200, keyResource(key));
  }, { ...ONE, params: ['FriendlyName'] }),
  route('DELETE', 'Keys/:sid.json', (ctx) => {
    ctx.world.keys.bySid.delete(find(ctx).sid);
    ctx.reply(204);
  }, ONE),
];
