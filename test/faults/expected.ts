import type { FaultName } from './faults.ts';
import type { Phase } from './phases.ts';

/** A possible result of a call. */
export interface Outcome {
  /** One for each CDR, in the order of the attempts. */
  readonly attempts: readonly AttemptOutcome[];
  readonly state: string;
  /** INVITEs at dial1's phone and at dial2's, of the PBX with the fault and of the other. */
  readonly invites: { readonly main: Phones; readonly other: Phones };
}

export interface AttemptOutcome {
  readonly pbx: 'main' | 'other';
  readonly disposition: string;
  readonly dial1: string;
  readonly dial2: string;
  readonly connected: boolean;
  /** Null if the length of the talk cannot be known. */
  readonly talk: 'known' | null;
  /** Concluded from silence, because no observer saw the end. */
  readonly lost: boolean;
}

type Phones = readonly [dial1: number, dial2: number];

/** Exactly this; or one of these, if chance decides. */
export type Cell = Outcome | { readonly oneOf: readonly [Outcome, Outcome] };

const attempt = (disposition: string, dial1: string, dial2: string, more: Partial<AttemptOutcome> = {}) =>
  ({ pbx: 'main', disposition, dial1, dial2, connected: false, talk: 'known', lost: false, ...more }) as const;

const answered = attempt('answered', 'answered', 'answered', { connected: true });
const notAnswered = attempt('no_answer', 'no_answer', 'not_dialed');
const dial2NotAnswered = attempt('no_answer', 'answered', 'no_answer');
const busy = attempt('busy', 'busy', 'not_dialed');
/** No observer saw dial1's end, and the PBX's journal has no entry: that is the answer. */
const silence = attempt('no_answer', 'no_answer', 'not_dialed', { lost: true });
/** Known at once, and no attempt of the policy is used up. */
const notSent = attempt('not_sent', 'not_sent', 'not_dialed');
/** Asterisk itself has died: not even the journal can show whether dial1 answered. */
const unknown = attempt('unknown', 'unknown', 'not_dialed', { talk: null, lost: true });
/** The same, but the journal has dial1's answer. Whether and how long they talked cannot be known. */
const unknownTalk = attempt('unknown', 'answered', 'unknown', { talk: null });

const onOther = (it: AttemptOutcome): AttemptOutcome => ({ ...it, pbx: 'other' });
const noPhone: Phones = [0, 0];
const outcome = (state: string, attempts: AttemptOutcome[], main: Phones, other: Phones = noPhone): Outcome => ({
  attempts,
  state,
  invites: { main, other },
});

// The fault has no effect.
const talked = outcome('completed', [answered], [1, 1]);
const rang = outcome('exhausted', [notAnswered], [1, 0]);
/** No INVITE reaches dial2's phone. */
const rangOut = outcome('exhausted', [dial2NotAnswered], [1, 0]);
const rangBoth = outcome('exhausted', [dial2NotAnswered], [1, 1]);
const busyTwice = outcome('exhausted', [busy, busy], [2, 0]);

// The claim was taken and nothing was sent, or it never arrived. Time must pass until that is certain. No phone has
// rung.
const lostFirst = outcome('completed', [silence, answered], [1, 1]);
// The run with the claim found the PBX down, or itself too late.
const refusedFirst = outcome('completed', [notSent, answered], [1, 1]);
const rangUnseen = outcome('exhausted', [silence], [1, 0]);

// Never dialled again, although the policy has a retry left.
const unseen = outcome('unknown', [unknown], [1, 0]);
const answeredUnseen = outcome('unknown', [unknownTalk], [1, 0]);
const talkedUnseen = outcome('unknown', [unknownTalk], [1, 1]);

// Dialled, or dialled again, on the PBX that is left.
const talkedElsewhere = outcome('completed', [onOther(answered)], noPhone, [1, 1]);
const refusedThenElsewhere = outcome('completed', [notSent, onOther(answered)], noPhone, [1, 1]);
const busyThenElsewhere = outcome('exhausted', [busy, onOther(busy)], [1, 0], [1, 0]);

/** The result of most faults. */
const undisturbed = {
  accepted: talked,
  queued: talked,
  'permits taken': talked,
  'claim taken': talked,
  'Originate sent': rang,
  'dial1 ringing': rang,
  'dial1 answered': rangOut,
  'dial2 ringing': rangBoth,
  talking: talked,
  'hung up': talked,
  settled: busyTwice,
  'CDR written': busyTwice,
  'next attempt queued': busyTwice,
} as const satisfies Record<Phase, Cell>;

const elsewhere = {
  accepted: talkedElsewhere,
  queued: talkedElsewhere,
  'permits taken': talkedElsewhere,
  'claim taken': refusedThenElsewhere,
  settled: busyThenElsewhere,
  'CDR written': busyThenElsewhere,
  'next attempt queued': busyThenElsewhere,
} as const;

const underDeadAsterisk = {
  'Originate sent': unseen,
  'dial1 ringing': unseen,
  'dial1 answered': answeredUnseen,
  'dial2 ringing': talkedUnseen,
  talking: talkedUnseen,
} as const;

/**
 * Asterisk hangs up before it ends, without a cause, so no evidence shows that it was the PBX. A dial1 that rang is
 * known to have been hung up, but not why. With dial1 in the call, chance decides which of the two it hangs up first.
 */
const hungUpByAsterisk = outcome('unknown', [attempt('unknown', 'unknown', 'not_dialed')], [1, 0]);
const dial1First = attempt('dial1_hung_up', 'answered', 'dial1_hung_up');
const dial2First = attempt('unreachable', 'answered', 'unreachable');
const underRestart = {
  'Originate sent': hungUpByAsterisk,
  'dial1 ringing': hungUpByAsterisk,
  'dial1 answered': {
    oneOf: [
      outcome('exhausted', [dial1First, dial2NotAnswered], [2, 0]),
      outcome('exhausted', [dial2First, dial2NotAnswered], [2, 0]),
    ],
  },
  'dial2 ringing': {
    oneOf: [
      outcome('exhausted', [dial1First, dial2NotAnswered], [2, 2]),
      outcome('exhausted', [dial2First, dial2NotAnswered], [2, 2]),
    ],
  },
} as const satisfies Partial<Record<Phase, Cell>>;

/** Every phase under every fault. A missing cell does not compile. */
export const expected: Readonly<Record<FaultName, Readonly<Record<Phase, Cell>>>> = {
  'API killed': undisturbed,
  'dialer killed': { ...undisturbed, 'claim taken': lostFirst },
  'results killed': undisturbed,
  'Redis killed': {
    ...undisturbed,
    // The dialer finds its own claim again: within the five seconds in which a claim allows an Originate, or after
    // them.
    'claim taken': { oneOf: [talked, refusedFirst] },
  },
  'AMI cut': { ...undisturbed, 'claim taken': refusedFirst },
  'AMI silent': {
    ...undisturbed,
    // Sent into a silent connection.
    'permits taken': lostFirst,
    'claim taken': lostFirst,
    'Originate sent': rangUnseen,
    'dial1 ringing': rangUnseen,
  },
  'Asterisk killed': { ...undisturbed, 'claim taken': refusedFirst, ...underDeadAsterisk },
  'Asterisk restarted': { ...undisturbed, 'claim taken': refusedFirst, ...underRestart },
  'jobs delivered twice': undisturbed,
  // The claim's answer comes 40 s late. The dialer has given it up, finds its own claim, and is too late for it.
  'Redis paused 40 s': { ...undisturbed, 'claim taken': refusedFirst },
  'dialer asleep': { ...undisturbed, 'claim taken': lostFirst },
  'clock +1 h': { ...undisturbed, 'claim taken': lostFirst },
  'clock −1 h': undisturbed,
  'one of two Asterisks killed': { ...undisturbed, ...elsewhere, ...underDeadAsterisk },
  'AMI cut to one of two': {
    ...undisturbed,
    ...elsewhere,
    // Its link comes back after the end.
    'Originate sent': rangUnseen,
    'dial1 ringing': rangUnseen,
  },
};
