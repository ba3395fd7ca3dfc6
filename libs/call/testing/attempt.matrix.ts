import { plannedAttempt } from '../src/attempt/attempt.ts';
import { followMaxMs, giveUpMarginMs, latestEndAt } from '../src/attempt/attempt-deadlines.ts';
import type { AttemptSignal, AttemptSignalType } from '../src/attempt/attempt-signal.ts';
import type { AttemptEffect, AttemptPhase, AttemptPlan, AttemptState } from '../src/attempt/attempt-state.ts';
import type { Evidence, JournalEnded } from '../src/outcome/evidence.ts';
import type { Cell } from './matrix.ts';

export const plan: AttemptPlan = {
  dial1RingTimeoutMs: 20_000,
  dial2RingTimeoutMs: 30_000,
  talkLimitMs: 60_000,
  legs: { dial1: 'extension', dial2: 'trunk' },
};
export const planViaLocalChannel: AttemptPlan = {
  ...plan,
  viaLocalChannel: true,
  legs: { dial1: 'extension', dial2: 'dialplan' },
};
/** When the samples' Originate was sent, and when their signals come. */
export const originatedAt = 1_000_000;
export const at = originatedAt + 4_000;
const pastDial1 = originatedAt + 30_000;
const pastGivingUp = latestEndAt(originatedAt, plan) + giveUpMarginMs;
const pastFollowing = latestEndAt(originatedAt, plan) + followMaxMs;

export const journalEnded: JournalEnded = {
  dialStatus: 'BUSY',
  dial1Cause: 17,
  talkMs: 0,
  dialMs: 3_000,
  ringMs: 2_000,
  answeredAt: originatedAt + 1_000,
  endedAt: originatedAt + 4_000,
  dial2Cause: 17,
  dial2SipCode: 486,
};
const { dial2Cause: _cause, dial2SipCode: _sipCode, ...journalWithoutWhy } = journalEnded;

function inFlight(
  phase: Exclude<AttemptPhase, 'planned' | 'ended'>,
  evidence: Evidence,
  journalMissingSince?: number,
): AttemptState {
  return { phase, plan, originatedAt, evidence, ...(journalMissingSince !== undefined && { journalMissingSince }) };
}

function viaLocalChannel(phase: Exclude<AttemptPhase, 'planned' | 'ended'>, evidence: Evidence): AttemptState {
  return { phase, plan: planViaLocalChannel, originatedAt, evidence };
}

/** dial2 had answered, and its channel has not ended: dial1 was transferred, for example. */
export const journalOfDial2Alive: JournalEnded = {
  ...journalEnded,
  dialStatus: 'ANSWER',
  dial1Cause: 16,
  talkMs: 1_000,
  dial2Cause: 16,
  dial2SipCode: 200,
  dial2UniqueId: '1700000000.9',
};
const journalOfDial2Ended: JournalEnded = { ...journalOfDial2Alive, dial2EndedAt: originatedAt + 9_000 };

const answered = { dial1AnsweredAt: originatedAt + 1_000 };
const failed = { originateFailed: { reason: 0, at: originatedAt + 3_900 } };
const hungUp = { dial1Hangup: { cause: 17, at: originatedAt + 3_900 } };
const dial2HungUp = { dial2Hangup: { cause: 17, sipCode: 486, uniqueId: '1700000000.2', at: originatedAt + 3_800 } };
const dial2Created = { dial2Created: { uniqueId: '1700000000.2', at: originatedAt + 1_100 } };
const cancelRequested = { cancelRequestedAt: originatedAt + 500 };
const rang = { rangAt: originatedAt + 200 };

/** States of every phase; several where details decide. */
export const samples = {
  planned: { planned: plannedAttempt(plan) },
  originating: {
    silent: inFlight('originating', {}),
    canceled: inFlight('originating', cancelRequested),
    'through the dialplan': viaLocalChannel('originating', {}),
  },
  ringing: {
    rings: inFlight('ringing', rang),
    canceled: inFlight('ringing', { ...rang, ...cancelRequested }),
    'through the dialplan': viaLocalChannel('ringing', rang),
  },
  awaiting_end: {
    failed: inFlight('awaiting_end', failed),
    'hung up': inFlight('awaiting_end', hungUp),
    'answered, hung up': inFlight('awaiting_end', { ...answered, ...hungUp }),
    'journal ended': inFlight('awaiting_end', { ...answered, journalEnded: journalWithoutWhy }),
    'answered, hung up, through the dialplan': viaLocalChannel('awaiting_end', { ...answered, ...hungUp }),
    'dial2 not ended': inFlight('awaiting_end', { ...answered, journalEnded: journalOfDial2Alive }),
  },
  answered: {
    talking: inFlight('answered', answered),
    'dial2 hung up': inFlight('answered', { ...answered, ...dial2HungUp }),
    'dial2 created': inFlight('answered', { ...answered, ...dial2Created }),
    canceled: inFlight('answered', { ...answered, ...cancelRequested }),
    'through the dialplan': viaLocalChannel('answered', answered),
  },
  following: {
    'dial2 not ended': inFlight('following', { ...answered, ...hungUp, journalEnded: journalOfDial2Alive }),
    'dial2 seen': {
      phase: 'following',
      plan,
      originatedAt,
      evidence: { ...answered, ...hungUp, journalEnded: journalOfDial2Alive },
      lastSeenAt: at - 1_000,
      dial2Outlives: true,
    },
    canceled: inFlight('following', {
      ...answered,
      ...hungUp,
      ...cancelRequested,
      journalEnded: journalOfDial2Alive,
    }),
  },
  detached: {
    silent: inFlight('detached', {}),
    rang: inFlight('detached', rang),
    'was answered': inFlight('detached', answered),
    'was answered, journal missing': inFlight('detached', answered, at - 5_000),
    'was answered, journal just missing': inFlight('detached', answered, at - 100),
    'hung up': inFlight('detached', hungUp),
    'hung up, journal missing': inFlight('detached', hungUp, at - 5_000),
    canceled: inFlight('detached', cancelRequested),
    'another channel in its place': inFlight('detached', {
      ...answered,
      ...hungUp,
      dial1ReplacedBy: { uniqueId: '1700000000.5', at },
    }),
    'rang, through the dialplan': viaLocalChannel('detached', rang),
  },
  ended: { ended: { phase: 'ended', evidence: { ...failed, ...hungUp } } },
} satisfies Record<AttemptPhase, Record<string, AttemptState>>;

/** One signal of every type; several where details decide. */
export const signals = {
  start: { any: { type: 'start', at } },
  adopt: { any: { type: 'adopt', at, originatedAt } },
  refused: { any: { type: 'refused', at, message: 'Extension does not exist.' } },
  rang: { any: { type: 'rang', at } },
  answered: {
    any: { type: 'answered', at },
    'by another channel': { type: 'answered', at, uniqueId: '1700000000.5' },
  },
  originate_failed: { any: { type: 'originate_failed', at, reason: 0 } },
  dial1_ended: {
    any: { type: 'dial1_ended', at, cause: 17, rang: true },
    'of a channel that lost its place': { type: 'dial1_ended', at, cause: 26, replaced: true },
  },
  dial2_ended: {
    any: { type: 'dial2_ended', at, cause: 17, sipCode: 486, uniqueId: '1700000000.2' },
    'of the dial2 that had answered': { type: 'dial2_ended', at, cause: 16, uniqueId: '1700000000.9' },
    'of half a Local channel': { type: 'dial2_ended', at, cause: 16, uniqueId: '1700000000.7', isLocal: true },
  },
  dial1_forwarded: { any: { type: 'dial1_forwarded', at } },
  dial2_created: { any: { type: 'dial2_created', at, uniqueId: '1700000000.2' } },
  journal_ended: {
    whole: { type: 'journal_ended', at, entry: journalEnded },
    'without why': { type: 'journal_ended', at, entry: journalWithoutWhy },
    'without why, talked': { type: 'journal_ended', at, entry: { ...journalWithoutWhy, dialStatus: 'ANSWER' } },
    'dial2 not ended': { type: 'journal_ended', at, entry: journalOfDial2Alive },
    'dial2 ended': { type: 'journal_ended', at, entry: journalOfDial2Ended },
  },
  cancel: { any: { type: 'cancel', at } },
  link_lost: { any: { type: 'link_lost', at } },
  channel_found: {
    'not up': { type: 'channel_found', at, up: false },
    'not up, past the ring timeout': { type: 'channel_found', at: pastDial1, up: false },
    up: { type: 'channel_found', at, up: true },
    'past giving up': { type: 'channel_found', at: pastGivingUp, up: true },
    'past following': { type: 'channel_found', at: pastFollowing, up: true },
    'in another place': { type: 'channel_found', at, up: true, uniqueId: '1700000000.5' },
    'without dial2': { type: 'channel_found', at, up: true, dial2Ended: true },
  },
  dial2_found: { any: { type: 'dial2_found', at }, 'past following': { type: 'dial2_found', at: pastFollowing } },
  dial2_gone: { any: { type: 'dial2_gone', at } },
  journal_answered: {
    'answered entry': { type: 'journal_answered', at, answeredAt: originatedAt + 1_000, pbxRestarted: false },
    'PBX restarted': { type: 'journal_answered', at, answeredAt: originatedAt + 1_000, pbxRestarted: true },
  },
  missing: {
    'in time': { type: 'missing', at, pbxRestarted: false },
    'PBX restarted': { type: 'missing', at, pbxRestarted: true },
    'past the ring timeout': { type: 'missing', at: pastDial1, pbxRestarted: false },
  },
  deadline: { 'in time': { type: 'deadline', at }, 'past giving up': { type: 'deadline', at: pastGivingUp } },
} satisfies Record<AttemptSignalType, Record<string, AttemptSignal>>;

const ended = 'ended: conclude';
const awaitingEnd = 'awaiting_end: arm 2.5s';
const reconcile = 'detached: reconcile, arm 5s';

/** The attempt machine: phase × signal → phase and effects. A missing cell does not compile. */
export const matrix = {
  planned: {
    start: 'originating: originate, arm 30s',
    adopt: reconcile,
    refused: '-',
    rang: '-',
    answered: '-',
    originate_failed: '-',
    dial1_ended: '-',
    dial2_ended: '-',
    dial1_forwarded: '-',
    dial2_created: '-',
    journal_ended: '-',
    cancel: '-',
    link_lost: '-',
    channel_found: '-',
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: '-',
    missing: '-',
    deadline: '-',
  },
  originating: {
    start: '-',
    adopt: '-',
    refused: ended,
    rang: { otherwise: 'ringing: progress(ringing)', canceled: 'ringing: progress(ringing), hang_up' },
    answered: {
      otherwise: 'answered: progress(answered), arm 100s',
      canceled: 'answered: progress(answered), hang_up, arm 5s',
    },
    originate_failed: awaitingEnd,
    dial1_ended: { otherwise: awaitingEnd, 'of a channel that lost its place': reconcile },
    dial2_ended: 'originating',
    dial1_forwarded: 'originating',
    dial2_created: 'originating: progress(dial2_created)',
    journal_ended: {
      otherwise: ended,
      'without why': awaitingEnd,
      'dial2 not ended': awaitingEnd,
      'through the dialplan + without why': ended,
    },
    cancel: { otherwise: 'originating: hang_up, arm 5s', canceled: '-' },
    link_lost: 'detached: arm 5s',
    channel_found: '-',
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: '-',
    missing: '-',
    deadline: { otherwise: reconcile, canceled: 'detached: hang_up, reconcile, arm 5s' },
  },
  ringing: {
    start: '-',
    adopt: '-',
    refused: '-',
    rang: '-',
    answered: {
      otherwise: 'answered: progress(answered), arm 100s',
      canceled: 'answered: progress(answered), hang_up, arm 5s',
    },
    originate_failed: awaitingEnd,
    dial1_ended: { otherwise: awaitingEnd, 'of a channel that lost its place': reconcile },
    dial2_ended: 'ringing',
    dial1_forwarded: 'ringing',
    dial2_created: 'ringing: progress(dial2_created)',
    journal_ended: {
      otherwise: ended,
      'without why': awaitingEnd,
      'dial2 not ended': awaitingEnd,
      'through the dialplan + without why': ended,
    },
    cancel: { otherwise: 'ringing: hang_up, arm 5s', canceled: '-' },
    link_lost: 'detached: arm 5s',
    channel_found: '-',
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: '-',
    missing: '-',
    deadline: { otherwise: reconcile, canceled: 'detached: hang_up, reconcile, arm 5s' },
  },
  awaiting_end: {
    start: '-',
    adopt: '-',
    refused: { otherwise: '-', failed: ended },
    rang: 'awaiting_end',
    answered: {
      otherwise: '-',
      failed: 'awaiting_end: progress(answered), arm 2.5s',
      'hung up': 'awaiting_end: progress(answered), arm 2.5s',
      'hung up + by another channel': 'answered: progress(answered), arm 100s',
      'answered, hung up + by another channel': 'answered: arm 97s',
      'journal ended + by another channel': 'awaiting_end',
      'answered, hung up, through the dialplan + by another channel': 'answered: arm 97s',
      'dial2 not ended + by another channel': 'awaiting_end',
    },
    originate_failed: { otherwise: ended, failed: '-', 'journal ended': awaitingEnd, 'dial2 not ended': awaitingEnd },
    dial1_ended: {
      otherwise: '-',
      'failed + any': ended,
      'journal ended + any': awaitingEnd,
      'dial2 not ended + any': awaitingEnd,
    },
    dial2_ended: {
      otherwise: 'awaiting_end',
      'journal ended': ended,
      'journal ended + of half a Local channel': 'awaiting_end',
      'dial2 not ended + of the dial2 that had answered': ended,
    },
    dial1_forwarded: 'awaiting_end',
    dial2_created: 'awaiting_end: progress(dial2_created)',
    journal_ended: {
      otherwise: ended,
      'journal ended': '-',
      'dial2 not ended': '-',
      'failed + without why': awaitingEnd,
      'failed + dial2 not ended': awaitingEnd,
      'hung up + without why': awaitingEnd,
      'hung up + dial2 not ended': awaitingEnd,
      'answered, hung up + without why': awaitingEnd,
      'answered, hung up + dial2 not ended': awaitingEnd,
      'journal ended + dial2 ended': ended,
      'answered, hung up, through the dialplan + dial2 not ended': awaitingEnd,
      'dial2 not ended + dial2 ended': ended,
    },
    cancel: 'awaiting_end',
    link_lost: '-',
    channel_found: '-',
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: '-',
    missing: '-',
    deadline: {
      otherwise: reconcile,
      failed: ended,
      'journal ended': ended,
      'dial2 not ended': 'following: reconcile, arm 5s',
    },
  },
  answered: {
    start: '-',
    adopt: '-',
    refused: '-',
    rang: 'answered',
    answered: {
      otherwise: '-',
      'by another channel': 'answered: arm 97s',
      'canceled + by another channel': 'answered: hang_up, arm 5s',
    },
    originate_failed: awaitingEnd,
    dial1_ended: { otherwise: awaitingEnd, 'of a channel that lost its place': reconcile },
    dial2_ended: {
      otherwise: 'answered',
      any: 'answered: arm 2.5s',
      'of the dial2 that had answered': 'answered: arm 2.5s',
      'dial2 hung up + any': '-',
      'dial2 hung up + of the dial2 that had answered': '-',
      'through the dialplan + any': 'answered',
      'through the dialplan + of the dial2 that had answered': 'answered',
    },
    dial1_forwarded: 'answered',
    dial2_created: { otherwise: 'answered: progress(dial2_created)', 'dial2 created': '-' },
    journal_ended: {
      otherwise: ended,
      'without why': awaitingEnd,
      'dial2 not ended': awaitingEnd,
      'dial2 hung up + without why': ended,
      'through the dialplan + without why': ended,
    },
    cancel: { otherwise: 'answered: hang_up, arm 5s', canceled: '-' },
    link_lost: 'detached: arm 5s',
    channel_found: '-',
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: '-',
    missing: '-',
    deadline: { otherwise: reconcile, canceled: 'detached: hang_up, reconcile, arm 5s' },
  },
  following: {
    start: '-',
    adopt: '-',
    refused: '-',
    rang: 'following',
    answered: { otherwise: '-', 'by another channel': 'following' },
    originate_failed: 'following',
    dial1_ended: '-',
    dial2_ended: { otherwise: 'following', 'of the dial2 that had answered': ended },
    dial1_forwarded: 'following',
    dial2_created: 'following: progress(dial2_created)',
    journal_ended: { otherwise: '-', 'dial2 ended': ended },
    cancel: { otherwise: 'following: hang_up, arm 5s', canceled: '-' },
    link_lost: '-',
    channel_found: '-',
    dial2_found: {
      otherwise: 'ended: hang_up, conclude',
      any: 'following: release(dial1), extend_permits, arm 60s',
      'canceled + any': 'following: release(dial1), extend_permits, hang_up, arm 5s',
    },
    dial2_gone: ended,
    journal_answered: '-',
    missing: '-',
    deadline: { otherwise: 'following: reconcile, arm 5s', 'past giving up': ended },
  },
  detached: {
    start: '-',
    adopt: '-',
    refused: { otherwise: '-', silent: ended, canceled: ended },
    rang: {
      otherwise: 'detached',
      silent: 'ringing: progress(ringing), arm 26s',
      rang: '-',
      canceled: 'ringing: progress(ringing), hang_up, arm 5s',
      'rang, through the dialplan': '-',
    },
    answered: {
      otherwise: 'answered: progress(answered), arm 100s',
      'was answered': '-',
      'was answered, journal missing': '-',
      'was answered, journal just missing': '-',
      canceled: 'answered: progress(answered), hang_up, arm 5s',
      'another channel in its place': '-',
      'was answered + by another channel': 'answered: arm 97s',
      'was answered, journal missing + by another channel': 'answered: arm 97s',
      'was answered, journal just missing + by another channel': 'answered: arm 97s',
      'hung up + any': 'awaiting_end: progress(answered), arm 2.5s',
      'hung up, journal missing + any': 'awaiting_end: progress(answered), arm 2.5s',
    },
    originate_failed: {
      otherwise: awaitingEnd,
      'hung up': ended,
      'hung up, journal missing': ended,
      'another channel in its place': ended,
    },
    dial1_ended: {
      otherwise: '-',
      any: awaitingEnd,
      'hung up + any': '-',
      'hung up, journal missing + any': '-',
      'another channel in its place + any': '-',
    },
    dial2_ended: 'detached',
    dial1_forwarded: 'detached',
    dial2_created: 'detached: progress(dial2_created)',
    journal_ended: {
      otherwise: ended,
      'without why': awaitingEnd,
      'dial2 not ended': awaitingEnd,
      'rang, through the dialplan + without why': ended,
    },
    cancel: {
      otherwise: 'detached: hang_up, arm 5s',
      'hung up': 'detached',
      'hung up, journal missing': 'detached',
      canceled: '-',
    },
    link_lost: '-',
    channel_found: {
      otherwise: 'answered: arm 97s',
      silent: 'answered: progress(answered), arm 100s',
      rang: 'answered: progress(answered), arm 100s',
      'hung up': '-',
      'hung up, journal missing': '-',
      canceled: 'detached: hang_up, arm 5s',
      'rang, through the dialplan': 'answered: progress(answered), arm 100s',
      'silent + not up': 'originating: arm 26s',
      'silent + not up, past the ring timeout': 'originating: arm 5s',
      'silent + past following': 'ended: progress(answered), hang_up, conclude',
      'silent + without dial2': 'answered: progress(answered), release(dial2), arm 100s',
      'rang + not up': 'ringing: arm 26s',
      'rang + not up, past the ring timeout': 'ringing: arm 5s',
      'rang + past following': 'ended: progress(answered), hang_up, conclude',
      'rang + without dial2': 'answered: progress(answered), release(dial2), arm 100s',
      'was answered + not up, past the ring timeout': 'answered: arm 71s',
      'was answered + past giving up': 'answered: extend_permits, arm 60s',
      'was answered + past following': 'ended: hang_up, conclude',
      'was answered + without dial2': 'answered: release(dial2), arm 97s',
      'was answered, journal missing + not up, past the ring timeout': 'answered: arm 71s',
      'was answered, journal missing + past giving up': 'answered: extend_permits, arm 60s',
      'was answered, journal missing + past following': 'ended: hang_up, conclude',
      'was answered, journal missing + without dial2': 'answered: release(dial2), arm 97s',
      'was answered, journal just missing + not up, past the ring timeout': 'answered: arm 71s',
      'was answered, journal just missing + past giving up': 'answered: extend_permits, arm 60s',
      'was answered, journal just missing + past following': 'ended: hang_up, conclude',
      'was answered, journal just missing + without dial2': 'answered: release(dial2), arm 97s',
      'hung up + in another place': 'answered: progress(answered), arm 100s',
      'hung up, journal missing + in another place': 'answered: progress(answered), arm 100s',
      'canceled + up': 'detached: progress(answered), hang_up, arm 5s',
      'canceled + past giving up': 'ended: progress(answered), hang_up, conclude',
      'canceled + past following': 'ended: progress(answered), hang_up, conclude',
      'canceled + in another place': 'detached: progress(answered), hang_up, arm 5s',
      'canceled + without dial2': 'detached: progress(answered), release(dial2), hang_up, arm 5s',
      'another channel in its place + not up, past the ring timeout': 'answered: arm 71s',
      'another channel in its place + past giving up': 'answered: extend_permits, arm 60s',
      'another channel in its place + past following': 'ended: hang_up, conclude',
      'another channel in its place + without dial2': 'answered: release(dial2), arm 97s',
      'rang, through the dialplan + not up': 'ringing: arm 26s',
      'rang, through the dialplan + not up, past the ring timeout': 'ringing: arm 5s',
      'rang, through the dialplan + past following': 'ended: progress(answered), hang_up, conclude',
      'rang, through the dialplan + without dial2': 'answered: progress(answered), release(dial2), arm 100s',
    },
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: {
      otherwise: ended,
      'answered entry': 'detached: arm 5s',
      'was answered, journal missing + answered entry': ended,
      'was answered, journal just missing + answered entry': 'detached',
      'hung up, journal missing + answered entry': ended,
    },
    missing: {
      otherwise: ended,
      'in time': 'detached: arm 5s',
      'silent + in time': 'detached: arm 26s',
      'rang + in time': 'detached: arm 26s',
      'was answered + past the ring timeout': 'detached: arm 5s',
      'was answered, journal missing + in time': ended,
      'was answered, journal just missing + in time': 'detached',
      'hung up + past the ring timeout': 'detached: arm 5s',
      'hung up, journal missing + in time': ended,
      'another channel in its place + past the ring timeout': 'detached: arm 5s',
      'rang, through the dialplan + in time': 'detached: arm 26s',
    },
    deadline: { otherwise: reconcile, 'past giving up': ended },
  },
  ended: {
    start: '-',
    adopt: '-',
    refused: '-',
    rang: '-',
    answered: '-',
    originate_failed: '-',
    dial1_ended: '-',
    dial2_ended: '-',
    dial1_forwarded: '-',
    dial2_created: '-',
    journal_ended: '-',
    cancel: '-',
    link_lost: '-',
    channel_found: '-',
    dial2_found: '-',
    dial2_gone: '-',
    journal_answered: '-',
    missing: '-',
    deadline: '-',
  },
} satisfies Record<AttemptPhase, Record<AttemptSignalType, Cell>>;

export function effectText(effect: AttemptEffect): string {
  if (effect.type === 'arm') return `arm ${effect.afterMs / 1_000}s`;
  if (effect.type === 'release') return `release(${effect.leg})`;
  return effect.type === 'progress' ? `progress(${effect.phase})` : effect.type;
}

/** For the generated page: what each phase means. */
export const phaseMeanings = {
  planned: 'Planned. Nothing is sent.',
  originating: 'The claim is taken: the Originate was sent, or may have been sent.',
  ringing: "dial1's phone rings.",
  awaiting_end: 'One of dial1’s two final events has come. It waits briefly for the other.',
  answered: 'dial1 answered: the PBX dials dial2, or both talk.',
  following: 'dial1’s channel has ended and dial2’s goes on, after a transfer for example. It waits for the end.',
  detached: 'The link is gone, or a deadline has passed: the reconciliation decides.',
  ended: 'Concluded. Nothing changes any more.',
} satisfies Record<AttemptPhase, string>;

/** For the generated page: where each signal comes from. */
export const signalMeanings = {
  start: 'This process has just taken the claim. Only this signal leads to an Originate.',
  adopt: 'Already under way: a redelivered job, a restart, another process’s call.',
  refused: 'Asterisk refused the Originate, or it never left Redial.',
  rang: '180 from dial1’s phone.',
  answered: 'OriginateResponse Success.',
  originate_failed: 'OriginateResponse Failure.',
  dial1_ended: 'Hangup of dial1’s channel.',
  dial2_ended: 'Hangup of dial2’s channel.',
  dial1_forwarded: 'dial1’s phone forwarded the call (SIP 3xx).',
  dial2_created: 'dial2’s channel was created. Comes where the request needs its id.',
  journal_ended: 'The journal’s last entry, by UserEvent or reconciliation.',
  cancel: 'A client or an operator requested the end.',
  link_lost: 'The AMI link is gone.',
  channel_found: 'Reconciliation: dial1’s channel lives, or another that has its place.',
  dial2_found: 'Reconciliation: dial1’s channel has ended, dial2’s lives.',
  dial2_gone: 'Reconciliation: neither lives.',
  journal_answered: 'Reconciliation: no channel, and the journal has `answered` alone.',
  missing: 'Reconciliation: no channel, no entry.',
  deadline: 'The armed time has passed.',
} satisfies Record<AttemptSignalType, string>;
