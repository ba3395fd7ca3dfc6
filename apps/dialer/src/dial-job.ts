import { randomBytes } from 'node:crypto';
import type { AttemptWatch, Pbx } from '@redial/asterisk';
import {
  type AttemptId,
  type AttemptPlan,
  type AttemptRecord,
  askGates,
  type Call,
  type CallSignal,
  type Configuration,
  dayOf,
  type Evidence,
  type GateVerdict,
  numbersOf,
  pbxsFor,
  stepCall,
  type Tenant,
  trunksOf,
} from '@redial/call';
import { type Clock, keepTrying, type Logger, type Metrics } from '@redial/platform';
import type { DialJob, DialVerdict } from '@redial/queue';
import type { DayCap, LaneRequest, Store, Versioned } from '@redial/store';
import { originateOrder } from './originate-order.ts';
import { lanesFor, laneThatNeverFits, leaseMs } from './places.ts';
import { planOf } from './plan-of.ts';
import { createTurns, type Turns } from './turns.ts';

/**
 * One run of a `dial` job: resume or start.
 *
 *   read ▸ resume, if the attempt was ever fenced by another run
 *        ▸ gates ▸ PBX ▸ places ▸ wait for the start ▸ gates ▸ fence ▸ gates ▸ originate ▸ dial1's outcome
 *
 * D1  Originate follows the fence, in the run that took it, and nothing else does: a job that comes again finds another run's attempt
 *     and looks it up. A run whose fence was not answered finds out by its own mark in the record.
 * D2  Whatever the gates say is written to the call before the job ends, so that "why not yet" always has an answer.
 * D3  Nothing is held while a job sleeps: places are given back on every way out that did not pass the fence.
 * D4  An Originate goes out soon after its fence or never: by the time a slow one does, another witness may have concluded that
 *     nobody was rung.
 * D5  What the clock decides is asked again whenever Redis may have kept us waiting, the fence included: at the Originate itself the
 *     call is due, its window open and its end not over.
 */
export interface DialJobDependencies {
  readonly store: Store;
  readonly configuration: Configuration;
  readonly pbxs: ReadonlyMap<string, { readonly pbx: Pbx; readonly watch: AttemptWatch }>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Remembers which call an attempt belongs to, for its conclusion. */
  readonly remember: (attempt: AttemptRecord) => void;
  /** The fence was taken, and no Originate will follow: its end, for who settles it. */
  readonly onNotOriginated: (attempt: AttemptRecord, evidence: Evidence) => void;
  /** Its end is known here, and on its way to who settles it. */
  readonly isTelling: (attemptId: AttemptId) => boolean;
  /** The attempt is watched from now on. */
  readonly onOriginated: (attemptId: AttemptId) => void;
  /** Resolves at `at`, or at once with false when this process is told to stop. */
  readonly waitUntil: (at: number) => Promise<boolean>;
  /** This process waits for nothing any more. */
  readonly stopping: AbortSignal;
}

/** How far ahead a start may be granted; the job waits for it here, holding nothing but its place in time. */
const startHorizonMs = 5_000;
/** A start that is further ahead than this was granted before the clock was put back: by no two hosts' clocks is it due later than the horizon. */
const startAheadMaxMs = startHorizonMs + 10_000;
/**
 * Between a fence and its Originate at most: this host may have slept, or its clock been put forward. Others give the attempt up when
 * its ring timeout and `originateMarginMs` have passed; half of that margin is left for the way to the PBX.
 */
const fenceAgeMaxMs = 5_000;
/** With no PBX up, calls ask again after this, spread so that they do not all come back at once. */
const pbxRetryMs = 5_000;
/** Lost races against cancel, reschedule or another dialer before the job steps aside. */
const racesMax = 5;

export function createDialJob(ports: DialJobDependencies): (job: DialJob) => Promise<DialVerdict> {
  const dependencies: Dialing = { ...ports, inTurn: createTurns() };
  return async (job) => {
    const mark = randomBytes(9).toString('base64url');
    for (let race = 0; race < racesMax; race++) {
      const verdict = await tryOnce(dependencies, job, mark);
      if (typeof verdict !== 'string') return verdict;
    }
    return { type: 'later', at: dependencies.clock.now() + 1_000, note: 'the call changed while it was being dialled' };
  };
}

interface Dialing extends DialJobDependencies {
  /** Calls start at another PBX each time, so that several share the work. */
  readonly inTurn: Turns;
}

/** `lost_race`: somebody else has written the call or fenced the attempt. Both say: read again. */
type Try = DialVerdict | 'lost_race' | 'fence_unanswered';

/** `mark`: this run's, and in the record of an attempt that it has fenced. */
async function tryOnce(dependencies: Dialing, job: DialJob, mark: string): Promise<Try> {
  const { call, attempt } = await dependencies.store.readForAttempt(job.callId, job.attemptId);
  // Of this run, and here again: the fence's answer was lost, so nothing has followed it yet.
  const isOurs = attempt?.value.fencedBy === mark && attempt.value.ended === undefined;
  if (isOurs && call !== undefined) return originate(dependencies, call.value, attempt.value);
  if (attempt !== undefined) return resume(dependencies, attempt.value);
  if (call === undefined) return done('no such call');
  const { state } = call.value;
  if (!('dueAt' in state) || state.attemptId !== job.attemptId) {
    return done(`nothing to dial: the call is ${state.status}`);
  }

  const { tenant, verdict } = await askGatesOf(dependencies, call.value);
  const { gate } = verdict;
  switch (verdict.verdict) {
    case 'defer':
      return defer(dependencies, call, { gate, reason: verdict.reason, until: verdict.until, late: false });
    case 'block':
      return block(dependencies, call, gate, verdict.reason);
    case 'expire':
      dependencies.metrics.gateClosed(gate, 'expire');
      return write(dependencies, call, { type: 'expire', attemptId: job.attemptId, at: dependencies.clock.now() });
    default:
      // The tenant gate has passed.
      return dial(dependencies, call, tenant as Tenant, mark);
  }
}

async function askGatesOf({ store, clock, configuration }: DialJobDependencies, call: Call) {
  const now = clock.now();
  const tenant = tenantOf(configuration, call);
  const attemptsToday = await mostAttemptsToday(store, call, tenant, now);
  return { tenant, verdict: askGates({ call, tenant, now, attemptsToday }) };
}

/** What the gates say by now, without a look at the day's attempts, which the fence counts. */
function askGatesAgain({ clock, configuration }: DialJobDependencies, call: Call): GateVerdict {
  return askGates({ call, tenant: tenantOf(configuration, call), now: clock.now(), attemptsToday: 0 });
}

function tenantOf({ tenants }: Configuration, call: Call): Tenant | undefined {
  return tenants.find(({ id }) => id === call.tenantId);
}

/** The attempt was fenced before: by us, by a dialer that died, or twice. It is never originated again. */
async function resume(
  { pbxs, remember, isTelling }: DialJobDependencies,
  attempt: AttemptRecord,
): Promise<DialVerdict> {
  if (attempt.ended !== undefined) return done('already settled');
  // A look-up would know less, and might be told first.
  if (isTelling(attempt.id)) return done('its end is known here');
  const watched = pbxs.get(attempt.pbx);
  if (watched === undefined)
    return done(`its PBX ${attempt.pbx} is not configured here; the results process looks it up`);
  remember(attempt);
  if (!watched.watch.has(attempt.id)) watched.watch.adopt({ ...attempt, attemptId: attempt.id, boot: attempt.pbxBoot });
  return done(`resumed; dial1: ${await watched.watch.dial1Outcome(attempt.id)}`);
}

async function dial(dependencies: Dialing, call: Versioned<Call>, tenant: Tenant, mark: string): Promise<Try> {
  const { store, clock, configuration, pbxs } = dependencies;
  const trunks = trunksOf(call.value.request.dial1, call.value.request.dial2);
  const able = pbxsFor(trunks, configuration);
  const ready = able.filter((name) => pbxs.get(name)?.pbx.isUp);
  if (ready.length === 0) {
    const reason = able.length === 0 ? 'no configured PBX has its trunks' : 'no PBX that has its trunks is connected';
    const until = clock.now() + pbxRetryMs + Math.floor(Math.random() * pbxRetryMs);
    return defer(dependencies, call, { gate: 'pbx', reason, until, late: true });
  }
  const tooSmall = laneThatNeverFits(lanesFor(call.value, ready[0] as string, configuration));
  if (tooSmall !== undefined) {
    const reason = `${tooSmall.lane} carries ${tooSmall.maxCalls} calls, and this one needs ${tooSmall.places} places on it`;
    return block(dependencies, call, tooSmall.lane, reason);
  }

  // Every trunk is there: a PBX has them.
  const plan = planOf(call.value, tenant, configuration.trunks);
  const places = await takePlacesOnOne(dependencies, call.value, dependencies.inTurn(ready), leaseMs(plan));
  if (!places.granted) {
    const limit = places.reason === 'calls' ? 'calls under way' : 'calls per second';
    const reason = `${places.lane} is at its limit of ${limit}`;
    return defer(dependencies, call, { gate: places.lane, reason, until: places.retryAt, late: true });
  }
  const taken = await start(dependencies, call, tenant, { plan, places, mark });
  // The fence was not taken: what was held for it is free again. A grant that was never used leaves nothing behind. Where nobody knows
  // yet, the next look asks for the same places, and at the latest their lease ends.
  if (taken === 'lost_race' || (taken !== 'fence_unanswered' && taken.type === 'later')) {
    await store.releasePlaces(
      attemptIdOf(call.value),
      places.lanes.map((l) => l.lane),
    );
  }
  return taken;
}

interface Start {
  readonly plan: AttemptPlan;
  readonly places: GrantedPlaces;
  readonly mark: string;
}

/** Waits for the granted moment, takes the fence, originates. */
async function start(
  dependencies: DialJobDependencies,
  call: Versioned<Call>,
  tenant: Tenant,
  { plan, places, mark }: Start,
): Promise<Try> {
  const { store, clock, configuration, pbxs, waitUntil } = dependencies;
  if (places.startAt > clock.now() + startAheadMaxMs) {
    return { type: 'later', at: clock.now(), note: 'the clock was put back; its places are asked for again' };
  }
  if (places.startAt > clock.now() && !(await waitUntil(places.startAt))) {
    return { type: 'later', at: clock.now(), note: 'this dialer is stopping; another one takes it' };
  }
  // A window may have closed meanwhile.
  if (askGatesAgain(dependencies, call.value).verdict !== 'pass') return 'lost_race';
  const { pbx, slot } = places;
  const boot = pbxs.get(pbx)?.pbx.boot;
  if (boot === undefined) return 'lost_race';

  const lanes = places.lanes.map((l) => l.lane);
  const facts = { plan, pbx, pbxBoot: boot, slot, lanes, originatedAt: clock.now(), fencedBy: mark };
  const { dialing, attempt } = attemptOf(call.value, facts);
  // Before the fence: what cannot be said to Asterisk must not use up an attempt.
  originateOrder(dialing, attempt, tenant, configuration.trunks);
  try {
    const fenced = await store.fence(call, dialing, attempt, capOf(tenant, dialing, clock.now()));
    if (!fenced.ok) return 'lost_race';
  } catch (error) {
    return unanswered(dependencies, attempt, error);
  }
  return originate(dependencies, dialing, attempt);
}

/** Redis failed at the fence, which may hold or not: waits until it can be asked. */
async function unanswered(
  { store, logger, stopping }: DialJobDependencies,
  { id: attemptId, callId }: AttemptRecord,
  error: unknown,
): Promise<'fence_unanswered'> {
  logger.warn(
    { callId, attemptId, error },
    'whether the fence was taken is not known; the record is read when Redis is back',
  );
  await keepTrying(() => store.ping(), { signal: stopping, maxDelayMs: 500, onError: () => undefined });
  return 'fence_unanswered';
}

/** What the fence counts towards the numbers' day, and refuses to count beyond. */
function capOf(tenant: Tenant, call: Call, now: number): DayCap | undefined {
  const max = tenant.caps.attemptsPerNumberPerDay;
  if (max === undefined) return undefined;
  return { tenantId: tenant.id, day: dayOf(now, tenant.timeZone), numbers: numbersOf(call), max };
}

/** The call as it will be once the fence is taken, and the attempt's record. */
function attemptOf(
  call: Call,
  facts: Pick<AttemptRecord, 'plan' | 'pbx' | 'pbxBoot' | 'slot' | 'lanes' | 'originatedAt' | 'fencedBy'>,
): { readonly dialing: Call; readonly attempt: AttemptRecord } {
  const { state, id: callId, tenantId, request } = call;
  if (!('dueAt' in state)) throw new RangeError(`call ${callId} has no planned attempt: it is ${state.status}`);
  const { attemptId, attemptNumber, dueAt } = state;
  const at = facts.originatedAt;
  const queued = stepCall(call, { type: 'due', attemptId, at }).call;
  const dialing = stepCall(queued, { type: 'dial', attemptId, at }).call;
  const awaited = request.outcomeAwaited && { awaited: true as const };
  return { dialing, attempt: { id: attemptId, callId, tenantId, attemptNumber, dueAt, ...facts, ...awaited } };
}

/**
 * The fence is ours. From here on the attempt is under way, whatever happens; its places are given back when it is settled. One whose
 * moment has passed meanwhile ends before it began, and the retry policy says what follows.
 */
async function originate(dependencies: DialJobDependencies, call: Call, attempt: AttemptRecord): Promise<DialVerdict> {
  const { clock, configuration, pbxs, metrics, logger, remember, onNotOriginated, onOriginated } = dependencies;
  const { id: attemptId, callId, pbx, attemptNumber } = attempt;
  const at = clock.now();
  const tooLate = whyTooLate(dependencies, call, attempt, at);
  if (tooLate !== undefined) {
    const message = `not sent: ${tooLate}`;
    logger.warn({ callId, attemptId }, message);
    onNotOriginated(attempt, { refused: { message, at } });
    return done(message);
  }
  remember(attempt);
  // It was chosen among those that are configured, and the tenant gate has passed.
  const { watch } = pbxs.get(pbx) as { readonly watch: AttemptWatch };
  const order = originateOrder(call, attempt, tenantOf(configuration, call) as Tenant, configuration.trunks);
  watch.originate({ ...attempt, attemptId, boot: attempt.pbxBoot }, order);
  onOriginated(attemptId);
  metrics.originated(attempt.originatedAt - attempt.dueAt);
  logger.info({ callId, attemptId, pbx, attemptNumber }, 'originated');
  return done(`dial1: ${await watch.dial1Outcome(attemptId)}`);
}

function whyTooLate(
  dependencies: DialJobDependencies,
  call: Call,
  { originatedAt }: AttemptRecord,
  at: number,
): string | undefined {
  const ageMs = at - originatedAt;
  if (ageMs > fenceAgeMaxMs) return `${ageMs} ms after its fence it might ring when it is given up already`;
  const asked = askGatesAgain(dependencies, call);
  return asked.verdict === 'pass' ? undefined : `${asked.gate}: ${asked.reason}`;
}

interface GrantedPlaces {
  readonly granted: true;
  readonly pbx: string;
  readonly startAt: number;
  readonly slot: number;
  readonly lanes: readonly LaneRequest[];
}
type TakenPlaces = GrantedPlaces | { granted: false; lane: string; reason: 'calls' | 'rate'; retryAt: number };

/** The first PBX with room; the last refusal if none has. */
async function takePlacesOnOne(
  { store, clock, configuration }: DialJobDependencies,
  call: Call,
  candidates: readonly string[],
  lease: number,
): Promise<TakenPlaces> {
  let refusal: TakenPlaces | undefined;
  for (const pbx of candidates) {
    const lanes = lanesFor(call, pbx, configuration);
    const places = await store.takePlaces({
      attemptId: attemptIdOf(call),
      pbx,
      lanes,
      now: clock.now(),
      leaseMs: lease,
      horizonMs: startHorizonMs,
    });
    if (places.granted) return { granted: true, pbx, startAt: places.startAt, slot: places.slot, lanes };
    if (refusal === undefined || (!refusal.granted && places.retryAt < refusal.retryAt)) refusal = places;
  }
  if (refusal === undefined) throw new RangeError('no PBX to ask for places');
  return refusal;
}

interface Deferral {
  readonly gate: string;
  readonly reason: string;
  readonly until: number;
  /** It is due, and something it needs is missing; false: a rule moves its time. */
  readonly late: boolean;
}

async function defer(dependencies: DialJobDependencies, call: Versioned<Call>, asked: Deferral): Promise<Try> {
  const { gate, reason } = asked;
  // Whoever waits for the call must not hear of its end later than at its end.
  const { expiresAt } = call.value.request;
  const until = expiresAt === undefined ? asked.until : Math.min(asked.until, expiresAt + 1);
  dependencies.metrics.gateClosed(gate, 'defer');
  // Promoted by hand, or an early queue: its time stands in the record already.
  if (gate === 'due') return { type: 'later', at: until, note: reason };
  const at = dependencies.clock.now();
  const stepped = stepCall(call.value, { type: 'defer', attemptId: attemptIdOf(call.value), at, ...asked, until });
  const written = await dependencies.store.updateCall(call, stepped.call);
  return written.ok ? { type: 'later', at: until, note: `${gate}: ${reason}` } : 'lost_race';
}

async function block(
  dependencies: DialJobDependencies,
  call: Versioned<Call>,
  gate: string,
  reason: string,
): Promise<Try> {
  dependencies.metrics.gateClosed(gate, 'block');
  const at = dependencies.clock.now();
  return write(dependencies, call, { type: 'block', attemptId: attemptIdOf(call.value), at, gate, reason });
}

async function write(dependencies: DialJobDependencies, call: Versioned<Call>, signal: CallSignal): Promise<Try> {
  const stepped = stepCall(call.value, signal);
  const written = await dependencies.store.updateCall(call, stepped.call);
  return written.ok ? done(`the call is ${stepped.call.state.status}`) : 'lost_race';
}

async function mostAttemptsToday(store: Store, call: Call, tenant: Tenant | undefined, now: number): Promise<number> {
  if (tenant?.caps.attemptsPerNumberPerDay === undefined) return 0;
  return Math.max(0, ...(await store.attemptsToday(tenant.id, dayOf(now, tenant.timeZone), numbersOf(call))));
}

function attemptIdOf(call: Call): AttemptRecord['id'] {
  if (!('attemptId' in call.state)) throw new RangeError(`call ${call.id} has no attempt: it is ${call.state.status}`);
  return call.state.attemptId;
}

function done(note: string): DialVerdict {
  return { type: 'done', note };
}
