import type { Finding, OriginateOrder, OriginateReply, Pbx, PbxEvents } from '@redial/asterisk';
import type { AttemptId, AttemptSignal } from '@redial/call';
import type { Clock } from '@redial/platform';
import type { Actor, Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import type { Exchange, JournalText, Reported } from './exchange.ts';
import type { Mutant } from './mutants.ts';
import type { Random } from './random.ts';

/** One process's AMI link to one PBX: the contract of `createPbx`, with the network in between. */
export interface Link {
  readonly pbx: Pbx;
  /** The Originates of this process. */
  readonly sent: ReadonlyMap<AttemptId, OriginateOrder>;
  /** The connection breaks, and is restored later. */
  cut(): void;
  /** Nothing passes in either direction, without any notice, until a missing pong shows it. */
  silence(): void;
  /** The probability that an event is lost, repeated, or overtaken. */
  disorder: number;
  /** Since when every event of the PBX arrives at once; undefined: it does not. */
  readonly soundSince: number | undefined;
}

export interface LinkOptions {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly books: Books;
  readonly exchange: Exchange;
  readonly process: Actor;
  /** Of a results process, which watches every attempt that it learns of. */
  readonly watchesAll: boolean;
  readonly clock: Clock;
  readonly mutant: Mutant | undefined;
}

const actionDeadlineMs = 10_000;
const pongMissedMs = 15_000;

export function createLink(options: LinkOptions): Link {
  const { agenda, random, books, exchange, process, watchesAll, clock, mutant } = options;
  const listeners: { [E in keyof PbxEvents]: Set<PbxEvents[E]> } = {
    signal: new Set(),
    up: new Set(),
    down: new Set(),
    anomaly: new Set(),
  };
  const sent = new Map<AttemptId, OriginateOrder>();
  let session = 0;
  let pbxStartedAt: string | undefined;
  let isSilent = false;
  let isStarted = false;
  let disorder = 0;
  let soundAt = Number.POSITIVE_INFINITY;
  let lastEventAt = 0;
  const latencyMs = () => 1 + 4 * random.next();

  function connect(): void {
    const mine = ++session;
    isSilent = false;
    agenda.after(random.int(5, 400), process, () => {
      if (!isStarted || session !== mine) return;
      if (exchange.pbxStartedAt === undefined) return connectAgain();
      pbxStartedAt = exchange.pbxStartedAt;
      soundAt = agenda.now;
      for (const up of listeners.up) up({ pbxStartedAt, version: '22' });
    });
  }

  function connectAgain(): void {
    const mine = ++session;
    agenda.after(random.int(250, 4_000), process, () => {
      if (isStarted && session === mine) connect();
    });
  }

  function down(reason: string): void {
    const wasUp = pbxStartedAt !== undefined;
    pbxStartedAt = undefined;
    session++;
    if (wasUp) for (const tell of listeners.down) tell(reason);
    if (isStarted) connectAgain();
  }

  /** An event on its way. TCP keeps the order, and disorder does not. */
  function hear(attemptId: AttemptId, said: Reported): void {
    if (!process.isAlive) return;
    const missed = () => (watchesAll || sent.has(attemptId)) && books.missed(attemptId);
    if (pbxStartedAt === undefined || isSilent || random.chance(disorder)) return void missed();
    const mine = session;
    const reported = mutant === 'busy is told as rejected' ? rejected(said) : said;
    const isOvertaken = random.chance(disorder);
    if (isOvertaken) missed();
    const at = isOvertaken ? agenda.now + random.int(0, 3_000) : Math.max(lastEventAt, agenda.now + latencyMs());
    if (!isOvertaken) lastEventAt = at;
    const deliver = () => {
      if (session !== mine) return void missed();
      const isEnd = reported.type === 'originate_failed' || reported.type === 'dial1_ended';
      if (isEnd && (watchesAll || sent.has(attemptId))) books.heardEnd(attemptId, process);
      const signal = { ...reported, at: Math.round(clock.now()) } as AttemptSignal;
      for (const listener of listeners.signal) listener(attemptId, signal);
    };
    agenda.at(at, process, deliver);
    if (random.chance(disorder)) agenda.at(at + random.int(0, 5_000), process, deliver);
  }

  /** An action and its answer. Undefined: there was no answer, and the action may have happened. */
  function ask<T>(act: () => T, dropped: () => void = () => undefined): Promise<T | undefined> {
    return new Promise((resolve) => {
      const mine = session;
      if (pbxStartedAt === undefined) return resolve(undefined);
      const unanswered = (ms: number) => agenda.after(ms, process, () => resolve(undefined));
      // On a silent link the action may still arrive, but its answer never does.
      if (isSilent && !random.chance(0.3)) {
        dropped();
        return void unanswered(actionDeadlineMs);
      }
      agenda.after(latencyMs(), undefined, () => {
        if (exchange.pbxStartedAt === undefined) {
          dropped();
          return void unanswered(1);
        }
        const answer = act();
        if (isSilent) return void unanswered(actionDeadlineMs);
        agenda.after(latencyMs(), process, () => resolve(session === mine ? answer : undefined));
      });
    });
  }

  async function reconcile({ attemptId, slot, pbxStartedAt: claimedAt, dial2 }: Parameters<Pbx['reconcile']>[0]) {
    const [asked, askedStartedAt] = [session, pbxStartedAt];
    const at = () => Math.round(clock.now());
    const pbxRestarted = askedStartedAt !== claimedAt && mutant !== 'a restart of the PBX goes unnoticed';
    if (mutant === 'a reconciliation finds nothing') return { type: 'missing', at: at(), pbxRestarted } as const;
    const found = await ask(() => ({ channel: exchange.channel(attemptId) }));
    if (found === undefined) return undefined;
    if (found.channel !== undefined) return { type: 'channel_found', at: at(), up: found.channel.up } as const;
    const read = await ask(() => ({ text: exchange.journal(slot) }));
    if (read === undefined || session !== asked) return undefined;
    // In this model dial2 ends when dial1 does.
    if (dial2 !== undefined) return { type: 'dial2_gone', at: at() } as const;
    const isRead = mutant !== 'the journal is not read';
    return findingOf(isRead && read.text?.attemptId === attemptId ? read.text : undefined, at(), pbxRestarted);
  }

  exchange.onReported(hear);
  exchange.onDown(() => {
    if (process.isAlive) agenda.after(latencyMs(), process, () => down('the PBX closed the connection'));
  });

  const link: Link = {
    sent,
    get disorder() {
      return disorder;
    },
    set disorder(likely) {
      if (disorder > 0 && likely === 0) soundAt = agenda.now;
      disorder = likely;
    },
    get soundSince() {
      return pbxStartedAt === undefined || isSilent || disorder > 0 ? undefined : soundAt;
    },
    cut: () => agenda.after(0, process, () => down('cut')),
    silence: () => {
      if (pbxStartedAt === undefined || isSilent) return;
      isSilent = true;
      const mine = session;
      agenda.after(random.int(pongMissedMs / 2, pongMissedMs), process, () => {
        if (session === mine) down('no pong');
      });
    },
    pbx: {
      name: exchange.name,
      get isUp() {
        return pbxStartedAt !== undefined;
      },
      get pbxStartedAt() {
        return pbxStartedAt;
      },
      start: () => {
        isStarted = true;
        connect();
      },
      stop: async () => {
        isStarted = false;
        pbxStartedAt = undefined;
        session++;
      },
      on: (event, listener) => void listeners[event].add(listener),
      off: (event, listener) => void listeners[event].delete(listener),
      originate: async (order): Promise<OriginateReply> => {
        if (pbxStartedAt === undefined)
          return { type: 'not_sent', code: 'pbx_unavailable', message: 'the PBX is down' };
        books.originateSent(order.attemptId);
        sent.set(order.attemptId, order);
        const accepted = await ask(
          () => {
            exchange.originate(order);
            return true;
          },
          () => books.originateDropped(order.attemptId),
        );
        return accepted ? { type: 'accepted' } : { type: 'unanswered', message: 'no answer' };
      },
      hangUp: async (attemptId) => (await ask(() => exchange.hangUp(attemptId))) ?? false,
      reconcile,
      query: async () => undefined,
    },
  };
  return link;
}

function rejected(reported: Reported): Reported {
  return reported.type === 'dial1_ended' && reported.cause === 17 ? { ...reported, cause: 21, sipCode: 603 } : reported;
}

function findingOf(text: JournalText | undefined, at: number, pbxRestarted: boolean): Finding {
  if (text === undefined) return { type: 'missing', at, pbxRestarted };
  if (text.type === 'ended') return { type: 'journal_ended', at, entry: text.entry };
  return { type: 'journal_answered', at, answeredAt: Math.round(text.answeredAt), pbxRestarted };
}
