import type { FaultName } from './faults.ts';
import type { Phase } from './phases.ts';

/** What may come of a call. */
export interface Outcome {
  /** Dispositions by attempt, as the CDRs have them; `lost`: concluded from silence, since no witness had seen its end. */
  readonly attempts: readonly string[];
  readonly state: string;
  /** At dial1's phone and at dial2's. */
  readonly invites: readonly [dial1: number, dial2: number];
}

/** Exactly this; one of these, where it is chance who is first; or why there is no such cell. */
export type Cell = Outcome | { readonly oneOf: readonly [Outcome, Outcome] } | { readonly cannotBe: string };

// As if nothing had happened.
const talked: Outcome = { attempts: ['answered'], state: 'completed', invites: [1, 1] };
const rang: Outcome = { attempts: ['no_answer'], state: 'exhausted', invites: [1, 0] };
const rangBoth: Outcome = { attempts: ['no_answer'], state: 'exhausted', invites: [1, 1] };
const busyTwice: Outcome = { attempts: ['busy', 'busy'], state: 'exhausted', invites: [2, 0] };

// The fence was taken and nothing was sent, or it never arrived: time must pass until that is certain. Nobody has been rung.
const lostFirst: Outcome = { attempts: ['no_answer, lost', 'answered'], state: 'completed', invites: [1, 1] };
// The same, of a retry, and no other is left.
const retryLost: Outcome = { attempts: ['busy', 'no_answer, lost'], state: 'exhausted', invites: [1, 0] };
// Who took it found the PBX gone: known at once, and no attempt of the policy is used up.
const refusedFirst: Outcome = { attempts: ['pbx_error', 'answered'], state: 'completed', invites: [1, 1] };

// dial1 rang and was not answered while nobody could see: the PBX's journal has no entry, and that is the answer.
const rangUnseen: Outcome = { attempts: ['no_answer, lost'], state: 'exhausted', invites: [1, 0] };
// The dialer saw it all and waits to tell; the results process, which had not, looks it up when Redis is back.
const rangOrUnseen: Cell = { oneOf: [rang, rangUnseen] };

// Only where Asterisk itself died: not even the journal can tell. Never dialled again, although the policy has a retry left.
const unseen: Outcome = { attempts: ['unknown, lost'], state: 'unknown', invites: [1, 0] };
const nobodyKnows: Outcome = { attempts: ['unknown'], state: 'unknown', invites: [1, 0] };
const nobodyKnowsBoth: Outcome = { attempts: ['unknown'], state: 'unknown', invites: [1, 1] };

const noJobYet: Cell = { cannotBe: 'the record is there, its job is not: nothing can be delivered twice' };

/** Every phase under every fault. A cell that is missing does not compile. */
export const expected: Readonly<Record<FaultName, Readonly<Record<Phase, Cell>>>> = {
  'API killed': {
    accepted: talked,
    queued: talked,
    'fence taken': talked,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'dialer killed': {
    accepted: talked,
    queued: talked,
    'fence taken': lostFirst,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'results killed': {
    accepted: talked,
    queued: talked,
    'fence taken': talked,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'Redis killed': {
    accepted: talked,
    queued: talked,
    'fence taken': lostFirst,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'AMI cut': {
    accepted: talked,
    queued: talked,
    'fence taken': refusedFirst,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'AMI silent': {
    accepted: lostFirst,
    queued: lostFirst,
    'fence taken': lostFirst,
    'Originate sent': rangUnseen,
    'dial1 ringing': rangUnseen,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: retryLost,
    'CDR written': retryLost,
    'next attempt queued': retryLost,
  },
  'Asterisk killed': {
    accepted: talked,
    queued: talked,
    'fence taken': refusedFirst,
    'Originate sent': unseen,
    'dial1 ringing': unseen,
    'dial1 answered': nobodyKnows,
    'dial2 ringing': nobodyKnowsBoth,
    talking: nobodyKnowsBoth,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'jobs delivered twice': {
    accepted: noJobYet,
    queued: talked,
    'fence taken': talked,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'Redis paused 40 s': {
    accepted: talked,
    queued: talked,
    'fence taken': talked,
    'Originate sent': rangOrUnseen,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'dialer asleep': {
    accepted: talked,
    queued: talked,
    'fence taken': lostFirst,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'clock +1 h': {
    accepted: talked,
    queued: talked,
    'fence taken': lostFirst,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'clock −1 h': {
    accepted: talked,
    queued: talked,
    'fence taken': talked,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'one of two Asterisks killed': {
    accepted: talked,
    queued: talked,
    'fence taken': refusedFirst,
    'Originate sent': unseen,
    'dial1 ringing': unseen,
    'dial1 answered': nobodyKnows,
    'dial2 ringing': nobodyKnowsBoth,
    talking: nobodyKnowsBoth,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
  'AMI cut to one of two': {
    accepted: talked,
    queued: talked,
    'fence taken': refusedFirst,
    'Originate sent': rang,
    'dial1 ringing': rang,
    'dial1 answered': rang,
    'dial2 ringing': rangBoth,
    talking: talked,
    'hung up': talked,
    settled: busyTwice,
    'CDR written': busyTwice,
    'next attempt queued': busyTwice,
  },
};
