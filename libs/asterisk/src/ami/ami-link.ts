import { type BackOff, backOffMs } from '@redial/platform';
import { type AmiAction, formatAction } from './ami-action.ts';
import { type AmiPacket, eventNameOf, parsePacket } from './ami-packet.ts';
import { type AmiAccess, type AmiSession, openAmiSession } from './ami-session.ts';
import type { Timers } from './timers.ts';

/**
 * One AMI session that is kept alive, and reopened without end.
 *
 * L1  No action is written before the login and a first Ping were answered, and none while the link is down: such an
 *     action returns `not_sent` at once.
 * L2  An action is written at most once. An action under way when the link goes down returns `unanswered`.
 * L3  Every action returns: with its answer, or at its own deadline.
 * L4  One `onDown` for each `onUp`. Failed tries in between are reported once for each new reason.
 * L5  A PBX that does not answer a Ping in time is gone, even if the socket is open. Only such a PBX is gone: a Ping is
 *     sent even when too many actions wait already.
 * L6  A PBX that accepts everything and answers nothing costs no more memory than the actions that may wait at once.
 * L7  Packets that answer none of our actions are dropped.
 */
export interface AmiLink {
  readonly isUp: boolean;
  start(): void;
  stop(): Promise<void>;
  send(action: AmiAction, options?: SendOptions): Promise<AmiReply>;
  /** For actions whose answer is a list of events. `events` holds them without the closing one. */
  sendForList(action: AmiAction, options?: SendOptions): Promise<AmiReply>;
}

export interface SendOptions {
  /** Absent: the link creates one. An action with the same id must not be waiting. */
  readonly actionId?: string;
  readonly deadlineMs?: number;
}

export type AmiReply =
  | { readonly type: 'answered'; readonly response: AmiPacket; readonly events: readonly AmiPacket[] }
  /** The action is invalid: it must not be sent, now or later. */
  | { readonly type: 'invalid'; readonly message: string }
  | { readonly type: 'not_sent'; readonly message: string }
  | { readonly type: 'unanswered'; readonly message: string };

export interface AmiLinkOptions {
  readonly access: AmiAccess;
  /** Events with these names are parsed and passed on. The others are only counted. */
  readonly events: ReadonlySet<string>;
  readonly onEvent: (packet: AmiPacket) => void;
  readonly onOtherEvent?: (name: string) => void;
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
  readonly timers: Timers;
  /** In [0, 1). */
  readonly random: () => number;
  readonly timing?: Partial<LinkTiming>;
}

const reconnecting: BackOff = { firstMs: 500, maxMs: 15_000, spread: 0.5 };

export interface LinkTiming {
  /** For connecting and logging in together. */
  readonly loginDeadlineMs: number;
  readonly actionDeadlineMs: number;
  readonly pingEveryMs: number;
  readonly pingDeadlineMs: number;
  /** How many actions may wait for their answer at once. More return `not_sent`. */
  readonly unansweredMax: number;
  /** How many events one list may have. Redial's lists have a handful; a longer one counts as no answer. */
  readonly listEventsMax: number;
}

const defaultLinkTiming: LinkTiming = {
  loginDeadlineMs: 10_000,
  actionDeadlineMs: 10_000,
  pingEveryMs: 5_000,
  pingDeadlineMs: 10_000,
  unansweredMax: 2_000,
  listEventsMax: 5_000,
};

interface Waiting {
  readonly resolve: (reply: AmiReply) => void;
  readonly cancelDeadline: () => void;
  /** The events of a list that have come so far. */
  readonly events?: AmiPacket[];
  response?: AmiPacket;
}

export function createAmiLink(options: AmiLinkOptions): AmiLink {
  const { timers, onEvent, onOtherEvent } = options;
  const timing = { ...defaultLinkTiming, ...options.timing };
  const waiting = new Map<string, Waiting>();
  let lists = 0;
  let session: AmiSession | undefined;
  let isUp = false;
  let running: AbortController | undefined;
  let failures = 0;
  let lastReason: string | undefined;
  let cancelTimer = () => {};
  let lastActionNumber = 0;
  let opening: Promise<void> = Promise.resolve();

  async function open(signal: AbortSignal): Promise<void> {
    const opened = await openAmiSession({
      access: options.access,
      loginDeadlineMs: timing.loginDeadlineMs,
      timers,
      onPacket: take,
      onClosed: (reason) => closed(reason),
      signal,
    });
    if (signal.aborted) {
      if (opened.ok) opened.value.destroy();
      return;
    }
    if (!opened.ok) return closed(opened.reason);
    session = opened.value;
    if (!(await ping())) return;
    isUp = true;
    failures = 0;
    lastReason = undefined;
    options.onUp();
    if (isUp) pingLater();
  }

  /** FullyBooted is no condition: it may be lost behind the login's answer, and this user does not receive it. */
  async function ping(): Promise<boolean> {
    const current = session;
    const reply = await write([['Action', 'Ping']], { deadlineMs: timing.pingDeadlineMs, isKeepAlive: true });
    if (current === undefined || session !== current) return false;
    if (reply.type === 'answered') return true;
    closed(`the PBX did not answer a Ping within ${timing.pingDeadlineMs} ms`);
    return false;
  }

  function pingLater(): void {
    cancelTimer = timers.start(timing.pingEveryMs, async () => {
      if (await ping()) pingLater();
    });
  }

  /** The session has ended, or could not be opened. */
  function closed(reason: string): void {
    cancelTimer();
    session?.destroy();
    session = undefined;
    const wasUp = isUp;
    isUp = false;
    for (const each of [...waiting.values()]) each.resolve({ type: 'unanswered', message: reason });
    const { signal } = running ?? {};
    if (signal !== undefined) {
      failures += 1;
      cancelTimer = timers.start(backOffMs(failures, reconnecting, options.random), () => {
        opening = open(signal);
      });
    }
    if (wasUp || (signal !== undefined && reason !== lastReason)) options.onDown(reason);
    lastReason = reason;
  }

  function take(text: string): void {
    const eventName = eventNameOf(text);
    if (eventName === undefined) {
      takeResponse(text);
      return;
    }
    const wanted = options.events.has(eventName);
    if (!wanted) onOtherEvent?.(eventName);
    if (!wanted && lists === 0) return;
    const packet = parsePacket(text);
    if (packet === undefined) return;
    if (lists > 0 && takeListEvent(packet)) return;
    if (wanted) onEvent(packet);
  }

  function takeResponse(text: string): void {
    const packet = parsePacket(text);
    const each = waiting.get(packet?.get('ActionID') ?? '');
    if (packet === undefined || each === undefined) return;
    if (each.events !== undefined && packet.name === 'Success') each.response = packet;
    else each.resolve({ type: 'answered', response: packet, events: [] });
  }

  function takeListEvent(packet: AmiPacket): boolean {
    const each = waiting.get(packet.get('ActionID') ?? '');
    if (each?.events === undefined) return false;
    if (packet.get('EventList') !== 'Complete') {
      each.events.push(packet);
      if (each.events.length > timing.listEventsMax) {
        each.resolve({ type: 'unanswered', message: `a list of more than ${timing.listEventsMax} events` });
      }
    } else if (each.response !== undefined) {
      each.resolve({ type: 'answered', response: each.response, events: each.events });
    }
    return true;
  }

  function write(
    action: AmiAction,
    send: SendOptions & { readonly isKeepAlive?: true },
    events?: AmiPacket[],
  ): Promise<AmiReply> {
    const actionId = send.actionId ?? `redial-${++lastActionNumber}`;
    const deadlineMs = send.deadlineMs ?? timing.actionDeadlineMs;
    const current = session;
    if (current === undefined) return notSent('the link to the PBX is down');
    const isTooMany = waiting.size >= timing.unansweredMax && !send.isKeepAlive;
    if (isTooMany) return notSent(`${waiting.size} actions wait for their answer`);
    if (waiting.has(actionId)) throw new Error(`action ${actionId} is already waiting for its answer`);
    const formatted = formatAction(action, actionId);
    if (!formatted.ok) return Promise.resolve({ type: 'invalid', message: formatted.message });
    return new Promise((replyWith) => {
      const resolve = (reply: AmiReply) => {
        if (!waiting.delete(actionId)) return;
        cancelDeadline();
        if (events !== undefined) lists -= 1;
        replyWith(reply);
      };
      const cancelDeadline = timers.start(deadlineMs, () =>
        resolve({ type: 'unanswered', message: `no answer within ${deadlineMs} ms` }),
      );
      waiting.set(actionId, { resolve, cancelDeadline, ...(events !== undefined && { events }) });
      if (events !== undefined) lists += 1;
      current.write(formatted.value);
    });
  }

  const down = () => notSent('the link to the PBX is down');

  return {
    get isUp() {
      return isUp;
    },
    start: () => {
      if (running !== undefined) return;
      running = new AbortController();
      opening = open(running.signal);
    },
    stop: async () => {
      const stopping = running;
      if (stopping === undefined) return;
      running = undefined;
      stopping.abort();
      if (session !== undefined) closed('stopped');
      cancelTimer();
      await opening;
    },
    send: (action, send = {}) => (isUp ? write(action, send) : down()),
    sendForList: (action, send = {}) => (isUp ? write(action, send, []) : down()),
  };
}

function notSent(message: string): Promise<AmiReply> {
  return Promise.resolve({ type: 'not_sent', message });
}
