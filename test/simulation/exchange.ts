import type { OriginateOrder } from '@redial/asterisk';
import type { AttemptId, AttemptSignal, JournalEnded } from '@redial/call';
import type { Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import { aFailure, dialStatusOf } from './failures.ts';
import type { Random } from './random.ts';
import type { AttemptEnd, Failure } from './truth.ts';

/** A fact as the PBX reports it; its receiver adds the instant. */
export type Reported = AttemptSignal extends infer S
  ? S extends { readonly at: number }
    ? Omit<S, 'at'>
    : never
  : never;

export type JournalText =
  | { readonly attemptId: AttemptId; readonly type: 'answered'; readonly answeredAt: number }
  | { readonly attemptId: AttemptId; readonly type: 'ended'; readonly entry: JournalEnded };

interface Written {
  readonly at: number;
  readonly text: JournalText;
  readonly before: Written | undefined;
}

/** An Asterisk with its phones, as asterisk.md has measured it: its behaviour, its events and its journal. */
export interface Exchange {
  readonly name: string;
  /** Undefined while it is down. */
  readonly pbxStartedAt: string | undefined;
  originate(order: OriginateOrder): void;
  hangUp(attemptId: AttemptId): boolean;
  /** Undefined if there is no such channel. */
  channel(attemptId: AttemptId): { readonly up: boolean } | undefined;
  journal(slot: number): JournalText | undefined;
  onReported(listener: (attemptId: AttemptId, reported: Reported) => void): void;
  onDown(listener: () => void): void;
  /** kill -9: channels end without an event, and up to the last second of the journal is lost. */
  kill(backAfterMs: number): void;
  readonly channels: number;
}

interface Channel {
  readonly order: OriginateOrder;
  answeredAt?: number;
  dial2?: { readonly uniqueId: string; readonly startedAt: number; rangAt?: number; answeredAt?: number };
  rang: boolean;
  ended: boolean;
}

/** AstDB goes to disk once a second. */
const unwrittenMs = 1_000;

export function createExchange(name: string, agenda: Agenda, random: Random, books: Books): Exchange {
  const channels = new Map<AttemptId, Channel>();
  const journal = new Map<number, Written>();
  const tellers = new Set<(attemptId: AttemptId, reported: Reported) => void>();
  const downListeners = new Set<() => void>();
  let boots = 1;
  let isUp = true;

  books.pbxStarted(name, 'boot 1');
  const tell = (attemptId: AttemptId, reported: Reported) => {
    for (const listener of tellers) listener(attemptId, reported);
  };

  function note(slot: number, text: JournalText): void {
    const last = journal.get(slot);
    // An entry that is certainly on disk needs no earlier one.
    const before = last && (last.at < agenda.now - unwrittenMs ? { ...last, before: undefined } : last);
    journal.set(slot, { at: agenda.now, text, before });
  }

  /** An event of a channel, if it still exists by then. */
  function later(ms: number, channel: Channel, run: () => void): void {
    agenda.after(ms, undefined, () => {
      if (!channel.ended) run();
    });
  }

  function originate(order: OriginateOrder): void {
    const { attemptId } = order;
    books.originateArrived(attemptId, name);
    // A ChannelId that is in use: acknowledged, then refused.
    if (channels.has(attemptId)) {
      tell(attemptId, { type: 'originate_failed', reason: 0 });
      return;
    }
    const channel: Channel = { order, rang: false, ended: false };
    const kind = random.weighted([
      [60, 'answers'],
      [12, 'fails'],
      [10, 'rings and fails'],
      [10, 'rings for ever'],
      [3, 'never rings'],
      [5, 'is not registered'],
    ] as const);
    if (kind === 'is not registered') {
      agenda.after(2, undefined, () => {
        if (!isUp) return;
        books.ended(attemptId, { type: 'dial1_failed', by: 'no contact', failure: { cause: 0 }, rang: false });
        tell(attemptId, { type: 'originate_failed', reason: 0 });
      });
      return;
    }
    channels.set(attemptId, channel);
    later(order.dial1RingTimeoutMs, channel, () => {
      if (channel.answeredAt === undefined) fail(channel, 'ring timeout', { cause: 19 });
    });
    if (kind === 'never rings') return;
    if (kind === 'fails') {
      later(random.int(5, 3_000), channel, () => fail(channel, 'network', aFailure(random)));
      return;
    }
    later(random.int(10, 1_500), channel, () => {
      channel.rang = true;
      books.dial1Rang(attemptId);
      tell(attemptId, { type: 'rang' });
      if (kind === 'rings for ever') return;
      const next = kind === 'answers' ? () => answer(channel) : () => fail(channel, 'network', aFailure(random));
      later(random.int(50, order.dial1RingTimeoutMs * 1.2), channel, next);
    });
  }

  function fail(channel: Channel, by: 'network' | 'ring timeout' | 'redial', failure: Failure): void {
    const { attemptId } = channel.order;
    end(channel, { type: 'dial1_failed', by, failure, rang: channel.rang });
    const reason = by === 'ring timeout' ? 3 : 0;
    const facts: Reported[] = [
      { type: 'originate_failed', reason },
      { type: 'dial1_ended', ...failure, rang: channel.rang },
    ];
    for (const fact of random.chance(0.5) ? facts : facts.reverse()) tell(attemptId, fact);
  }

  function answer(channel: Channel): void {
    const { attemptId, slot, reportsDial2, dial2RingTimeoutMs, talkLimitMs } = channel.order;
    if (channel.answeredAt !== undefined) return;
    channel.answeredAt = agenda.now;
    books.dial1Answered(attemptId);
    tell(attemptId, { type: 'answered' });
    note(slot, { attemptId, type: 'answered', answeredAt: agenda.now });
    later(random.int(1, 20), channel, () => {
      const dial2 = { uniqueId: `${name}-${attemptId.slice(-8)}.2`, startedAt: agenda.now };
      channel.dial2 = dial2;
      if (reportsDial2) tell(attemptId, { type: 'dial2_created', uniqueId: dial2.uniqueId });
      if (random.chance(0.1)) later(random.int(50, 5_000), channel, () => hangUpDial1(channel, { byAmi: false }));
      const kind = random.weighted([
        [6, 'answers'],
        [2, 'fails'],
        [1, 'rings for ever'],
      ] as const);
      later(dial2RingTimeoutMs, channel, () => {
        if (channel.dial2?.answeredAt === undefined) failDial2(channel, 'ring timeout', { cause: 16 });
      });
      const rings = kind !== 'fails' || random.chance(0.6);
      const endsAfterMs = random.int(50, dial2RingTimeoutMs * 1.1);
      if (rings)
        later(random.int(10, 50), channel, () => {
          channel.dial2 = { ...dial2, rangAt: agenda.now };
        });
      if (kind === 'rings for ever') return;
      later(endsAfterMs, channel, () => {
        if (kind === 'fails') return failDial2(channel, 'network', aFailure(random));
        channel.dial2 = { ...dial2, ...channel.dial2, answeredAt: agenda.now };
        books.connected(attemptId);
        const talkMs = Math.min(talkLimitMs, random.chance(0.1) ? talkLimitMs : random.int(10, talkLimitMs));
        later(talkMs, channel, () => endTalk(channel, random.chance(0.5) ? 'dial1' : 'dial2'));
      });
    });
  }

  function failDial2(channel: Channel, by: 'network' | 'ring timeout', failure: Failure): void {
    const { cause, sipCode } = failure;
    const isTimeout = by === 'ring timeout';
    const end = { type: 'dial2_failed', by, failure, rang: channel.dial2?.rangAt !== undefined } as const;
    hungUp(channel, end, isTimeout ? 'NOANSWER' : dialStatusOf(failure), isTimeout ? 16 : cause, {
      ...(!isTimeout && { dial2Cause: cause }),
      ...(sipCode !== undefined && { dial2SipCode: sipCode }),
      endedBy: 'dial2',
    });
  }

  function endTalk(channel: Channel, by: 'dial1' | 'dial2' | 'redial'): void {
    const talkMs = Math.round(agenda.now - (channel.dial2?.answeredAt ?? agenda.now));
    const isOurs = by === 'redial';
    hungUp(channel, { type: 'talked', by, talkMs }, 'ANSWER', 16, isOurs ? {} : { dial2Cause: 16, endedBy: by });
  }

  /** By the person, or by AMI: then the journal names no leg. */
  function hangUpDial1(channel: Channel, { byAmi }: { readonly byAmi: boolean }): void {
    if (channel.answeredAt === undefined) {
      fail(channel, 'redial', { cause: 16 });
      return;
    }
    const by = byAmi ? 'redial' : 'dial1';
    if (channel.dial2?.answeredAt !== undefined) {
      endTalk(channel, by);
      return;
    }
    const status = channel.dial2 === undefined ? '' : 'CANCEL';
    hungUp(channel, { type: 'dial1_left', by }, status, 0, byAmi ? {} : { endedBy: 'dial1' });
  }

  function hungUp(
    channel: Channel,
    how: AttemptEnd,
    dialStatus: string,
    dial1Cause: number,
    more: Partial<JournalEnded>,
  ): void {
    const { attemptId, slot } = channel.order;
    const { answeredAt = agenda.now, dial2 } = channel;
    const rangMs =
      dial2?.rangAt === undefined ? 0 : Math.max(1, Math.round((dial2.answeredAt ?? agenda.now) - dial2.rangAt));
    end(channel, how);
    if (dial2 !== undefined) {
      const { dial2Cause: cause = 16, dial2SipCode: sipCode } = more;
      tell(attemptId, {
        type: 'dial2_ended',
        cause,
        ...(sipCode !== undefined && { sipCode }),
        uniqueId: dial2.uniqueId,
      });
    }
    const entry: JournalEnded = {
      dialStatus,
      dial1Cause,
      talkMs: dial2?.answeredAt === undefined ? 0 : Math.round(agenda.now - dial2.answeredAt),
      dialMs: dial2 === undefined ? 0 : Math.round(agenda.now - dial2.startedAt),
      ringMs: rangMs,
      answeredAt: Math.floor(answeredAt / 1_000) * 1_000,
      endedAt: Math.floor(agenda.now / 1_000) * 1_000,
      ...(dial2 !== undefined && { dial2UniqueId: dial2.uniqueId }),
      // The entry omits a dial2 that ends a moment after dial1.
      ...(dial2?.answeredAt !== undefined &&
        random.chance(0.5) && { dial2EndedAt: Math.floor(agenda.now / 1_000) * 1_000 }),
      ...more,
    };
    note(slot, { attemptId, type: 'ended', entry });
    tell(attemptId, { type: 'journal_ended', entry });
    tell(attemptId, { type: 'dial1_ended', cause: dial1Cause });
  }

  function end(channel: Channel, how: AttemptEnd): void {
    books.ended(channel.order.attemptId, how);
    channel.ended = true;
    channels.delete(channel.order.attemptId);
  }

  return {
    name,
    get pbxStartedAt() {
      return isUp ? `boot ${boots}` : undefined;
    },
    originate,
    hangUp: (attemptId) => {
      const channel = channels.get(attemptId);
      if (channel !== undefined) hangUpDial1(channel, { byAmi: true });
      return channel !== undefined;
    },
    channel: (attemptId) => {
      const channel = channels.get(attemptId);
      return channel && { up: channel.answeredAt !== undefined };
    },
    journal: (slot) => journal.get(slot)?.text,
    onReported: (listener) => void tellers.add(listener),
    onDown: (listener) => void downListeners.add(listener),
    kill: (backAfterMs) => {
      if (!isUp) return;
      isUp = false;
      for (const channel of channels.values()) channel.ended = true;
      channels.clear();
      const onDiskAt = agenda.now - random.int(0, unwrittenMs);
      for (const [slot, last] of journal) {
        let kept: Written | undefined = last;
        while (kept !== undefined && kept.at > onDiskAt) kept = kept.before;
        if (kept === undefined) journal.delete(slot);
        else journal.set(slot, { ...kept, before: undefined });
      }
      for (const listener of downListeners) listener();
      agenda.after(backAfterMs, undefined, () => {
        isUp = true;
        books.pbxStarted(name, `boot ${++boots}`);
      });
    },
    get channels() {
      return channels.size;
    },
  };
}
