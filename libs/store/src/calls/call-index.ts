import { type AttemptId, type Call, type CallId, isEnded, isPlanned } from '@redial/call';
import type { StoreKeys } from '../keys.ts';
import type { Write } from '../records/commit.ts';
import type { CallQuery } from './call-store.ts';

/**
 * How calls are found. Pure: values in, Redis commands out.
 *
 * Each tenant has three indexes, by time, by status and by reference. They are sorted sets whose scores are all 0, so
 * that Redis keeps them in the order of their members, byte by byte. A member ends in a *place*: acceptedAt in base 36,
 * 9 digits (up to the year 5188), then the call id without its `call_`. So every index can be read newest first,
 * between any instants, and after any call, even when a thousand calls have the same acceptedAt. Beside them: `due` for
 * planned attempts, `cancelRequested` for attempts to hang up, `ended` for calls to forget.
 */
const timeDigits = 9;
const placeShape = /^[0-9a-z]{9}[0-9A-Z]{26}$/;
const idPrefix = 'call_';

/** A call's position in time. It is also the cursor of a listing. */
export function placeOf(call: Pick<Call, 'acceptedAt' | 'id'>): string {
  return timeOf(call.acceptedAt) + call.id.slice(idPrefix.length);
}

export function callIdAt(place: string): CallId {
  return (idPrefix + place.slice(timeDigits)) as CallId;
}

/** Whether a client's text can be a cursor of `listCalls`. */
export function isCallCursor(text: string): boolean {
  return placeShape.test(text);
}

function timeOf(at: number): string {
  return Math.max(0, Math.trunc(at)).toString(36).padStart(timeDigits, '0');
}

/** The writes that add new calls to every index: one command per index, for any number of calls. */
export function indexCalls(keys: StoreKeys, calls: readonly Call[]): Write[] {
  const members = new Map<string, (string | number)[]>();
  const add = (key: string, score: number, member: string): void => {
    const list = members.get(key);
    if (list === undefined) members.set(key, [score, member]);
    else list.push(score, member);
  };
  for (const call of calls) {
    const place = placeOf(call);
    add(keys.callsByTime(call.tenantId), 0, place);
    add(keys.callsByStatus(call.tenantId, call.state.status), 0, place);
    add(keys.callsByReference(call.tenantId), 0, `${call.reference} ${place}`);
    if (isPlanned(call.state)) add(keys.due, call.state.dueAt, call.id);
  }
  return [...members].map(([key, list]) => ['ZADD', key, ...list] as const);
}

/** The writes that follow a call from one state to the next. */
export function reindexCall(keys: StoreKeys, before: Call, after: Call, retentionMs: number): Write[] {
  const writes: Write[] = [];
  if (before.state.status !== after.state.status) {
    const place = placeOf(after);
    writes.push(['ZREM', keys.callsByStatus(before.tenantId, before.state.status), place]);
    writes.push(['ZADD', keys.callsByStatus(after.tenantId, after.state.status), 0, place]);
  }
  const dueBefore = isPlanned(before.state) ? before.state.dueAt : undefined;
  const dueAfter = isPlanned(after.state) ? after.state.dueAt : undefined;
  if (dueAfter !== undefined && dueAfter !== dueBefore) writes.push(['ZADD', keys.due, dueAfter, after.id]);
  if (dueAfter === undefined && dueBefore !== undefined) writes.push(['ZREM', keys.due, after.id]);
  const [hungUp, toHangUp] = [cancelOf(before), cancelOf(after)];
  if (toHangUp !== undefined && toHangUp.attemptId !== hungUp?.attemptId)
    writes.push(['ZADD', keys.cancelRequested, toHangUp.at, toHangUp.attemptId]);
  if (hungUp !== undefined && hungUp.attemptId !== toHangUp?.attemptId)
    writes.push(['ZREM', keys.cancelRequested, hungUp.attemptId]);
  // At each write: a SET removes the expiry.
  if (isEnded(after.state)) writes.push(...retire(keys, after, retentionMs));
  return writes;
}

/** The attempt to hang up, and since when. */
function cancelOf({ state }: Call): { readonly attemptId: AttemptId; readonly at: number } | undefined {
  if (state.status !== 'dialing' || state.cancelRequestedAt === undefined) return undefined;
  return { attemptId: state.attemptId, at: state.cancelRequestedAt };
}

/**
 * An ended call's records expire by themselves, so personal data goes even if no sweeper runs. `forgetEnded` removes
 * the index entries (ids and a reference); everything that it needs is written here.
 */
function retire(keys: StoreKeys, call: Call, retentionMs: number): Write[] {
  const endedAt = isEnded(call.state) ? call.state.endedAt : call.acceptedAt;
  return [
    ['PEXPIRE', keys.call(call.id), retentionMs],
    ...call.history.map(({ attemptId }): Write => ['PEXPIRE', keys.cdr(attemptId), retentionMs]),
    [
      'ZADD',
      keys.ended,
      endedAt + retentionMs,
      `${call.tenantId} ${call.state.status} ${placeOf(call)} ${call.reference}`,
    ],
  ];
}

/** The writes that take a member of `ended` out of every index. */
export function forgetCall(keys: StoreKeys, member: string): Write[] {
  const [tenantId = '', status = '', place = '', reference = ''] = member.split(' ');
  return [
    ['ZREM', keys.callsByTime(tenantId), place],
    ['ZREM', keys.callsByStatus(tenantId, status as Call['state']['status']), place],
    ['ZREM', keys.callsByReference(tenantId), `${reference} ${place}`],
    ['ZREM', keys.ended, member],
  ];
}

/** Which index answers a query, and between which bounds (ZRANGE … BYLEX REV: `max` first). */
interface IndexRange {
  readonly key: string;
  readonly max: string;
  readonly min: string;
  /** The text before the place in a member. */
  readonly prefix: string;
}

/** The narrowest index for a query: a reference names a handful of calls, a status may name millions. */
export function rangeOf(keys: StoreKeys, query: Omit<CallQuery, 'limit'>): IndexRange {
  const { tenantId, reference, status, from, to, cursor } = query;
  if (cursor !== undefined && !isCallCursor(cursor)) throw new RangeError('not a cursor of a listing of calls');
  const prefix = reference === undefined ? '' : `${reference} `;
  const key =
    reference !== undefined
      ? keys.callsByReference(tenantId)
      : status !== undefined
        ? keys.callsByStatus(tenantId, status)
        : keys.callsByTime(tenantId);
  // `!` follows the space in ASCII and no reference holds either: it ends this reference's members.
  const open = reference === undefined ? '+' : `(${reference}!`;
  const before = [cursor, to === undefined ? undefined : timeOf(to)].filter((p) => p !== undefined).sort()[0];
  return {
    key,
    max: before === undefined ? open : `(${prefix}${before}`,
    min: from === undefined ? (reference === undefined ? '-' : `[${prefix}`) : `[${prefix}${timeOf(from)}`,
    prefix,
  };
}
