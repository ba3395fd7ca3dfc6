import { invites } from '../e2e/world.ts';
import { type Channels, channelsByAttempt } from './channels.ts';
import { cdrList, type FaultWorld, keyPrefix } from './fault-world.ts';
import { type HeldCall, type HeldCalls, idInBooks, record } from './held-call.ts';
import { type Phase, phases } from './phases.ts';

/** What is visible of a held call from every side. The table below defines the phases by it. */
export interface Facts {
  readonly call: 'queued' | 'dialing' | 'waiting' | 'none';
  /** The first attempt's record: its claim. */
  readonly attempt: 'none' | 'open' | 'ended';
  /** Where BullMQ has the job of the first attempt, and the job of its result. */
  readonly dialJob: JobPlace;
  readonly resultsJob: JobPlace;
  /** Where it has the job of the next attempt. */
  readonly nextJob: JobPlace;
  /** Granted, and no claim uses them yet. */
  readonly permits: 'none' | 'granted';
  /** The attempt's channels in Asterisk, in their order. */
  readonly channels: readonly string[];
  /** At dial1's phone and at dial2's. */
  readonly invites: readonly [dial1: number, dial2: number];
  readonly cdrs: number;
  /** The proxy holds an answer that a process waits for. */
  readonly held: boolean;
}

/** `waiting`: it is due, and no worker has taken it. */
type JobPlace = 'absent' | 'waiting' | 'active' | 'delayed' | 'completed' | 'failed' | 'nowhere';

const fresh = {
  call: 'queued',
  attempt: 'none',
  dialJob: 'absent',
  resultsJob: 'absent',
  nextJob: 'absent',
  permits: 'none',
  channels: [],
  invites: [0, 0],
  cdrs: 0,
  held: false,
} as const satisfies Facts;
const dialing = { ...fresh, call: 'dialing', attempt: 'open', permits: 'granted' } as const satisfies Facts;
/** The dialer's part is done: dial1 has answered. */
const answered = { ...dialing, dialJob: 'completed' } as const satisfies Facts;
const wasBusy = {
  ...fresh,
  call: 'waiting',
  attempt: 'ended',
  dialJob: 'completed',
  resultsJob: 'active',
  invites: [1, 0],
  held: true,
} as const satisfies Facts;

/** A missing phase does not compile. */
const factsOf: Readonly<Record<Phase, Facts>> = {
  /** The record is written, and its answer is held: there is no job yet, and no reply to the client. */
  accepted: { ...fresh, held: true },
  /** Every dialer is full. */
  queued: { ...fresh, dialJob: 'waiting' },
  /** A dialer has the job, and its gates are passed. It does not know yet that its permits were granted. */
  'permits taken': { ...fresh, dialJob: 'active', permits: 'granted', held: true },
  /** The dialer does not know yet that it has the claim. */
  'claim taken': { ...dialing, dialJob: 'active', held: true },
  /** The phone rings, and the dialer receives nothing from the PBX. */
  'Originate sent': { ...dialing, dialJob: 'active', channels: ['Ringing'], invites: [1, 0], held: true },
  'dial1 ringing': { ...dialing, dialJob: 'active', channels: ['Ringing'], invites: [1, 0] },
  /** dial2's phone has been called, at an address that never answers. */
  'dial1 answered': { ...answered, channels: ['Up', 'Down'], invites: [1, 0] },
  'dial2 ringing': { ...answered, channels: ['Up', 'Ringing'], invites: [1, 1] },
  talking: { ...answered, channels: ['Up', 'Up'], invites: [1, 1] },
  /** The queue has the result. The results process cannot read the record. */
  'hung up': { ...answered, resultsJob: 'active', invites: [1, 1] },
  /** The results process does not know yet that it has settled. */
  settled: { ...wasBusy },
  /** It does not know yet that the job was added. */
  'next attempt queued': { ...wasBusy, nextJob: 'delayed' },
  /** It does not know yet that the CDR is on the list. */
  'CDR written': { ...wasBusy, cdrs: 1, nextJob: 'delayed' },
};

/** Throws unless every call is in its phase, with a sentence for each that is not. */
export async function assertInPhases(world: FaultWorld, calls: HeldCalls): Promise<void> {
  const sentences = await outOfPhase(world, calls);
  if (sentences.length > 0) throw new Error(`before the fault struck: ${sentences.join('; ')}`);
}

/** A sentence for each of these calls that is not in its phase. */
export async function outOfPhase(world: FaultWorld, calls: HeldCalls): Promise<string[]> {
  const channels = await channelsByAttempt(world.ami);
  const sentences = await Promise.all(
    phases.map(async (phase) => {
      const call = calls[phase];
      if (call === undefined) return [];
      const [wanted, found] = [factsOf[phase], await look(world, call, channels)];
      const odd = (Object.keys(wanted) as (keyof Facts)[])
        .filter((fact) => String(wanted[fact]) !== String(found[fact]))
        .map((fact) => `${fact} is [${found[fact]}] instead of [${wanted[fact]}]`);
      return odd.length === 0
        ? []
        : [`the call that should be "${phase}" (${call.reference}) is not: ${odd.join(', ')}`];
    }),
  );
  return sentences.flat();
}

async function look(world: FaultWorld, call: HeldCall, channels: Channels): Promise<Facts> {
  const phones = { invites: [invites(world, call.dial1), invites(world, call.dial2)] as const };
  const held = call.heldAt?.isHolding() ?? false;
  const id = await idInBooks(world, call);
  if (id === undefined) return { ...fresh, call: 'none', ...phones, held };
  const { state, history } = await record(world, id);
  const [first, next] = [history[0]?.attemptId ?? state.attemptId, history[0] && state.attemptId];
  const [open, ended, grant, cdrs, dialJob, resultsJob, nextJob] = await Promise.all([
    world.books.exists(`${keyPrefix}:attempt:${first}`),
    world.books.exists(`${keyPrefix}:cdr:${first}`),
    world.books.hexists(`${keyPrefix}:grant:${first}`, 'slot'),
    world.books.lrange(cdrList, '0', '-1'),
    placeOf(world, 'dial', first),
    placeOf(world, 'results', first),
    placeOf(world, 'dial', next),
  ]);
  return {
    call: state.status,
    attempt: ended === 1 ? 'ended' : open === 1 ? 'open' : 'none',
    dialJob,
    resultsJob,
    nextJob,
    permits: grant === 1 ? 'granted' : 'none',
    channels: channels.get(first) ?? [],
    ...phones,
    cdrs: cdrs.filter((cdr) => cdr.includes(id)).length,
    held,
  };
}

async function placeOf({ books }: FaultWorld, queue: 'dial' | 'results', job: string | undefined): Promise<JobPlace> {
  if (job === undefined) return 'absent';
  const key = (name: string) => `${keyPrefix}:${queue}:${name}`;
  const [exists, wait, active, ...sets] = await Promise.all([
    books.exists(key(job)),
    books.lpos(key('wait'), job),
    books.lpos(key('active'), job),
    // A job with a priority waits in a set of its own.
    ...(['prioritized', 'delayed', 'completed', 'failed'] as const).map((set) => books.zscore(key(set), job)),
  ]);
  const permits = ['waiting', 'active', 'waiting', 'delayed', 'completed', 'failed'] as const;
  if (exists === 0) return 'absent';
  return permits[[wait, active, ...sets].findIndex((found) => found !== null)] ?? 'nowhere';
}
