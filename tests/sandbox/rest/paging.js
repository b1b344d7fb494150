import { TwilioError, badParameter } from '../twilio-error.js';

const DEFAULT_SIZE = 50;
const MAX_SIZE = 1000;

function pageSize(params) {
  const text = params.get('PageSize');
  if (text === null) return DEFAULT_SIZE;
  if (!/^[1-9]\d*$/.test(text)) throw badParameter('PageSize is not a number above 0');
  if (Number(text) > MAX_SIZE) {
    throw new TwilioError(400, 20007, `Page size must not exceed ${MAX_SIZE}`);
  }
  return Number(text);
}

/**
 * A token names the last item that was shown, so that items which come or go between two pages
 * shift nothing; its position serves when that item itself has gone.
 */
const makeToken = (item, position) =>
  `PA${Buffer.from(JSON.stringify([item.sid ?? null, position])).toString('base64url')}`;

function startOf(params, items) {
  const token = params.get('PageToken');
  if (token === null) {
    const page = params.get('Page');
    if (page !== null && page !== '0') {
      throw new TwilioError(400, 40153, 'Absolute paging is not supported: use next_page_url');
    }
    return 0;
  }
  try {
    const [sid, position] = JSON.parse(Buffer.from(token.slice(2), 'base64url').toString());
    if (!token.startsWith('PA') || !Number.isInteger(position)) throw new Error('not ours');
    if (items[position - 1]?.sid === sid) return position;
    const found = items.findIndex((item) => item.sid === sid);
    return found < 0 ? Math.min(position, items.length) : found + 1;
  } catch {
    throw new TwilioError(400, 21481, 'Invalid PageToken');
  }
}

function pageLink(ctx, changes) {
  const query = new URLSearchParams(ctx.params);
  query.delete('PageToken');
  query.delete('Page');
  for (const [name, value] of Object.entries(changes)) query.set(name, String(value));
  return `${ctx.request.path}?${query}`;
}

function cut(ctx, items) {
  const size = pageSize(ctx.params);
  const start = startOf(ctx.params, items);
  const number = Number(ctx.params.get('Page') ?? 0) || 0;
  const shown = items.slice(start, start + size);
  const end = start + shown.length;
  const more = end < items.length;
  const next = more ? pageLink(ctx, {
    PageSize: size, Page: number + 1, PageToken: makeToken(items[end - 1], end),
  }) : null;
  return { size, start, number, shown, next, first: pageLink(ctx, { PageSize: size, Page: 0 }) };
}

/** A page as the product hosts answer it: `meta` with absolute links. */
export function pageMeta(ctx, key, items, render = (item) => item) {
  const { size, number, shown, next, first } = cut(ctx, items);
  return {
    [key]: shown.map(render),
    meta: {
      page: number,
      page_size: size,
      first_page_url: ctx.base + first,
      previous_page_url: null,
      url: `${ctx.base}${ctx.request.path}${ctx.request.query ? `?${ctx.request.query}` : ''}`,
      next_page_url: next && ctx.base + next,
      key,
    },
  };
}

/** A page as the 2010 API answers it: flat, with links that are paths. */
export function page2010(ctx, key, items, render = (item) => item) {
  const { size, start, number, shown, next, first } = cut(ctx, items);
  return {
    [key]: shown.map(render),
    page: number,
    page_size: size,
    start,
    end: Math.max(start + shown.length - 1, 0),
    uri: `${ctx.request.path}${ctx.request.query ? `?${ctx.request.query}` : ''}`,
    first_page_uri: first,
    next_page_uri: next,
    previous_page_uri: null,
  };
}
