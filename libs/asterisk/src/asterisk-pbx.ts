import { EventEmitter } from 'node:events';
import type { AttemptId } from '@redial/call';
import { type Clock, systemClock } from '@redial/platform';
import { type AmiReply, createAmiLink, type LinkTiming } from './ami/ami-link.ts';
import type { AmiPacket } from './ami/ami-packet.ts';
import type { AmiAccess } from './ami/ami-session.ts';
import { systemTimers, type Timers } from './ami/timers.ts';
import { hasDialplan, lacksDialplan, showDialplan } from './dialplan/dialplan.ts';
import { originateAction } from './dialplan/originate-action.ts';
import { findByAttempt, reconcile } from './journal/reconcile.ts';
import { translate, translatedEvents } from './journal/translate.ts';
import type { Finding, OriginateOrder, OriginateReply, Pbx, PbxEvents, PbxQuestion, ReconcileQuestion } from './pbx.ts';
import { queryPbx } from './query-pbx.ts';

export interface PbxOptions {
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** In [0, 1): spreads the reconnections of many processes. */
  readonly random?: () => number;
  readonly timing?: Partial<LinkTiming>;
  /**
   * Default true. False: a link for queries alone. Events are switched off at login, so that the PBX sends none;
   * `signal` never comes.
   */
  readonly listens?: boolean;
}

/**
 * The Pbx port on a real Asterisk, over AMI.
 *
 * P1  It is up only when the PBX's start time is known: without it, no claim could be judged later. A link that listens
 *     may dial, so it is up only when the PBX also has its dialplan.
 * P2  An Originate is written at most once. `refused` and `not_sent` mean that Asterisk cannot have made a channel.
 */
export function createPbx(configuration: AmiAccess & { readonly name: string }, options: PbxOptions = {}): Pbx {
  const { clock = systemClock, timers = systemTimers, random = Math.random, listens = true } = options;
  const { name, host, port, username, secret } = configuration;
  const listeners = new EventEmitter<PbxEventArguments>().setMaxListeners(0);
  let pbxStartedAt: string | undefined;
  let session = 0;
  let cancelGreeting = () => {};

  const link = createAmiLink({
    access: { host, port, username, secret },
    events: listens ? translatedEvents : new Set(),
    timers,
    random,
    ...(options.timing !== undefined && { timing: options.timing }),
    onEvent,
    onUp: () => void greet(++session),
    onDown: (reason) => {
      session += 1;
      pbxStartedAt = undefined;
      cancelGreeting();
      listeners.emit('down', reason);
    },
  });

  function onEvent(packet: AmiPacket): void {
    const translation = translate(packet, clock.now());
    if (translation === undefined) return;
    if ('anomaly' in translation) listeners.emit('anomaly', translation.anomaly);
    else listeners.emit('signal', translation.attemptId, translation.signal);
  }

  /**
   * Reads the PBX's start and version. An unexpected answer is read again later: the PBX may still be starting, and a
   * user's rights can change.
   */
  async function greet(mine: number, reportedBefore?: string): Promise<void> {
    if (!listens) await link.send(eventsOff);
    const status = await link.send([['Action', 'CoreStatus']]);
    const settings = await link.send([['Action', 'CoreSettings']]);
    const dialplan = listens ? await link.sendForList(showDialplan) : undefined;
    if (session !== mine) return;
    const started = startedAtOf(status);
    const retryGreeting = (obstacle: string, inMs: number) => {
      if (obstacle !== reportedBefore) listeners.emit('anomaly', obstacle);
      cancelGreeting = timers.start(inMs, () => void greet(mine, obstacle));
    };
    if (started === undefined) {
      return retryGreeting(
        `CoreStatus was ${wordsOf(status)}: nothing is dialled on ${name} until the manager user may run it (write=reporting)`,
        recheckRightsMs,
      );
    }
    if (dialplan !== undefined && lacksDialplan(dialplan)) {
      return retryGreeting(
        `The dialplan has no redial,connect: nothing is dialled on ${name} until Asterisk has read it (it may be starting, or redial.conf is not included)`,
        recheckDialplanMs,
      );
    }
    if (dialplan !== undefined && !hasDialplan(dialplan)) {
      return retryGreeting(
        `ShowDialPlan was ${wordsOf(dialplan)}: nothing is dialled on ${name} until it lists redial,connect (write=reporting)`,
        dialplan.type === 'answered' ? recheckRightsMs : recheckDialplanMs,
      );
    }
    pbxStartedAt = started;
    const version = settings.type === 'answered' ? settings.response.get('AsteriskVersion') : undefined;
    listeners.emit('up', { pbxStartedAt: started, version: version ?? 'unknown' });
  }

  async function originate(order: OriginateOrder): Promise<OriginateReply> {
    if (pbxStartedAt === undefined) return { type: 'not_sent', code: 'pbx_unavailable', message: 'the PBX is down' };
    const built = originateAction(order);
    if (!built.ok) return { type: 'not_sent', code: 'invalid', message: built.message };
    const reply = await link.send(built.value, { actionId: order.attemptId });
    switch (reply.type) {
      case 'answered':
        return reply.response.name === 'Success'
          ? { type: 'accepted' }
          : { type: 'refused', message: reply.response.get('Message') ?? reply.response.name };
      case 'invalid':
        return { type: 'not_sent', code: 'invalid', message: reply.message };
      case 'not_sent':
        return { type: 'not_sent', code: 'pbx_unavailable', message: reply.message };
      default:
        return reply;
    }
  }

  async function hangUp(attemptId: AttemptId, channel?: string): Promise<boolean> {
    // Asterisk accepts a Uniqueid in place of a channel's name.
    const end = (id: string) =>
      link.send([
        ['Action', 'Hangup'],
        ['Channel', id],
      ]);
    const reply = await end(channel ?? attemptId);
    if (reply.type !== 'answered') return false;
    if (reply.response.name === 'Success') return true;
    // Another channel may have taken its place.
    const present = await findByAttempt(attemptId, link);
    if (present === undefined) return false;
    const again = await end(present.uniqueId);
    return again.type === 'answered' && again.response.name === 'Success';
  }

  async function reconcilePbx(question: ReconcileQuestion): Promise<Finding | undefined> {
    const current = session;
    if (pbxStartedAt === undefined) return undefined;
    const finding = await reconcile(question, {
      link,
      pbxStartedAt,
      now: () => clock.now(),
      onAnomaly: (what) => listeners.emit('anomaly', what),
    });
    // All answers must come from one session: the PBX may have restarted in between.
    return session === current ? finding : undefined;
  }

  async function query(question: PbxQuestion): Promise<boolean | undefined> {
    if (pbxStartedAt === undefined) return undefined;
    return queryPbx(question, { link, onAnomaly: (what) => listeners.emit('anomaly', what) });
  }

  return {
    name,
    get isUp() {
      return pbxStartedAt !== undefined;
    },
    get pbxStartedAt() {
      return pbxStartedAt;
    },
    start: () => link.start(),
    stop: () => link.stop(),
    on: (event, listener) => void listeners.on(event, listener as (...args: unknown[]) => void),
    off: (event, listener) => void listeners.off(event, listener as (...args: unknown[]) => void),
    originate,
    hangUp,
    reconcile: reconcilePbx,
    query,
  };
}

const recheckRightsMs = 10_000;
/** Short: calls wait for it whenever Asterisk restarts. */
const recheckDialplanMs = 1_000;
const eventsOff = [
  ['Action', 'Events'],
  ['EventMask', 'off'],
] as const;

function startedAtOf(reply: AmiReply): string | undefined {
  if (reply.type !== 'answered') return undefined;
  const date = reply.response.get('CoreStartupDate');
  const time = reply.response.get('CoreStartupTime');
  return date && time ? `${date} ${time}` : undefined;
}

function wordsOf(reply: AmiReply): string {
  return reply.type === 'answered' ? `answered ${reply.response.get('Message') ?? reply.response.name}` : reply.message;
}

type PbxEventArguments = { [E in keyof PbxEvents]: Parameters<PbxEvents[E]> };
