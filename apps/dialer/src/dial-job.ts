import type { AttemptWatch, Pbx } from '@redial/asterisk';
import {
  type AttemptRecord,
  askGates,
  type Call,
  type CallSignal,
  type Configuration,
  numbersOf,
  pbxsFor,
  stepCall,
  type Tenant,
  trunksOf,
} from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { DialJob, DialVerdict } from '@redial/queue';
import type { Store, Versioned } from '@redial/store';
import { localDay } from './local-day.ts';
import { originateOrder } from './originate-order.ts';
import { lanesFor, laneThatNeverFits, leaseMs, planOf } from './places.ts';

/**
 * One `dial` job: resume or start.
 *
 *   read ▸ resume, if the attempt was ever fenced
 *        ▸ gates ▸ PBX ▸ places ▸ wait for the start ▸ fence ▸ originate ▸ dial1's outcome
 *
 * D1  Originate follows the fence, in this process, and nothing else does: a job that comes again finds the attempt and looks
 *     it up.
 * D2  Whatever the gates say is written to the call before the job ends, so that "why not yet" always has an answer.
 * D3  Nothing is held while a job sleeps: places are given back on every way out that did not pass the fence.
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
  /** Resolves at `at`, or at once with false when this process is told to stop. */
  readonly waitUntil: (at: number) => Promise<boolean>;
}

/** How far ahead a start may be granted; the job waits for it here, holding nothing but its place in time. */
const startHorizonMs = 5_000;
/** With no PBX up, calls ask again after this, spread so that they do not all come back at once. */
const pbxRetryMs = 5_000;
/** Lost races against cancel, reschedule or another dialer before the job steps aside. */
const racesMax = 5;

export function createDialJob(dependencies: DialJobDependencies): (job: DialJob) => Promise<DialVerdict> {
  return async (job) => {
    for (let race = 0; race < racesMax; race++) {
      const verdict = await tryOnce(dependencies, job);
      if (verdict !== 'lost_race') return verdict;
    }
    return { type: 'later', at: dependencies.clock.now() + 1_000, note: 'the call changed while it was being dialled' };
  };
}

type Try = DialVerdict | 'lost_race';

async function tryOnce(dependencies: DialJobDependencies, job: DialJob): Promise<Try> {
  const { store, clock, configuration } = dependencies;
  const { call, attempt } = await store.readForAttempt(job.callId, job.attemptId);
  if (attempt !== undefined) return resume(dependencies, attempt.value);
  if (call === undefined) return done('no such call');
  const { state } = call.value;
  if (!('dueAt' in state) || state.attemptId !== job.attemptId)
    return done(`nothing to dial: the call is ${state.status}`);

  const now = clock.now();
  const tenant = configuration.tenants.find((t) => t.id === call.value.tenantId);
  const verdict = askGates({
    call: call.value,
    tenant,
    now,
    attemptsToday: await attemptsToday(store, call.value, tenant, now),
  });
  switch (verdict.verdict) {
    case 'defer':
      return defer(dependencies, call, verdict.gate, verdict.reason, verdict.until);
    case 'block':
      dependencies.metrics.gateClosed(verdict.gate, 'block');
      return write(dependencies, call, {
        type: 'block',
        attemptId: job.attemptId,
        at: now,
        gate: verdict.gate,
        reason: verdict.reason,
      });
    case 'expire':
      dependencies.metrics.gateClosed(verdict.gate, 'expire');
      return write(dependencies, call, { type: 'expire', attemptId: job.attemptId, at: now });
    default:
      // The tenant gate has passed.
      return dial(dependencies, call, tenant as Tenant);
  }
}

/** The attempt was fenced before: by us, by a dialer that died, or twice. It is never originated again. */
async function resume({ pbxs, remember }: DialJobDependencies, attempt: AttemptRecord): Promise<Try> {
  if (attempt.ended !== undefined) return done('already settled');
  const watched = pbxs.get(attempt.pbx);
  if (watched === undefined)
    return done(`its PBX ${attempt.pbx} is not configured here; the results process looks it up`);
  remember(attempt);
  if (!watched.watch.has(attempt.id)) watched.watch.adopt({ ...attempt, attemptId: attempt.id, boot: attempt.pbxBoot });
  return done(`resumed; dial1: ${await watched.watch.dial1Outcome(attempt.id)}`);
}

async function dial(dependencies: DialJobDependencies, call: Versioned<Call>, tenant: Tenant): Promise<Try> {
  const { store, clock, configuration, pbxs, waitUntil } = dependencies;
  const attemptId = attemptOf(call.value);
  const trunks = trunksOf(call.value.request.dial1, call.value.request.dial2);
  const ready = pbxsFor(trunks, configuration).filter((name) => pbxs.get(name)?.pbx.isUp);
  if (ready.length === 0) {
    const until = clock.now() + pbxRetryMs + Math.floor(Math.random() * pbxRetryMs);
    return defer(dependencies, call, 'pbx', 'no PBX that has its trunks is connected', until);
  }

  const tooSmall = laneThatNeverFits(lanesFor(call.value, ready[0] as string, configuration));
  if (tooSmall !== undefined) {
    const reason = `${tooSmall.lane} carries ${tooSmall.maxCalls} calls, and this one needs ${tooSmall.places} places on it`;
    dependencies.metrics.gateClosed(tooSmall.lane, 'block');
    return write(dependencies, call, { type: 'block', attemptId, at: clock.now(), gate: tooSmall.lane, reason });
  }

  const plan = planOf(call.value, tenant.defaults.talkLimitSeconds);
  const places = await takePlacesOnOne(dependencies, call.value, rotate(ready), leaseMs(plan));
  if (!places.granted) {
    const limit = places.reason === 'calls' ? 'calls under way' : 'calls per second';
    return defer(dependencies, call, places.lane, `${places.lane} is at its limit of ${limit}`, places.retryAt);
  }

  const lanes = places.lanes.map((l) => l.lane);
  const giveBack = () => store.releasePlaces(attemptId, lanes);
  try {
    if (places.startAt > clock.now() && !(await waitUntil(places.startAt))) {
      await giveBack();
      return { type: 'later', at: clock.now(), note: 'this dialer is stopping; another one takes it' };
    }
    const watched = pbxs.get(places.pbx);
    const boot = watched?.pbx.boot;
    if (watched === undefined || boot === undefined || isExpired(call.value, clock.now())) {
      await giveBack();
      return 'lost_race';
    }
    const now = clock.now();
    const dueAt = 'dueAt' in call.value.state ? call.value.state.dueAt : now;
    const dialing = stepCall(stepCall(call.value, { type: 'due', attemptId, at: now }).call, {
      type: 'dial',
      attemptId,
      at: now,
    });
    const attempt: AttemptRecord = {
      id: attemptId,
      callId: call.value.id,
      tenantId: call.value.tenantId,
      attemptNumber: 'attemptNumber' in call.value.state ? call.value.state.attemptNumber : 1,
      dueAt,
      plan,
      pbx: places.pbx,
      pbxBoot: boot,
      slot: places.slot,
      lanes,
      originatedAt: now,
    };
    const fenced = await store.fence(call, dialing.call, attempt);
    if (!fenced.ok) {
      await giveBack();
      return 'lost_race';
    }
    // From here on the attempt is under way, whatever happens: places are given back when it is settled.
    return originate(dependencies, dialing.call, attempt, tenant, watched.watch);
  } catch (error) {
    // Redis failed between taking the places and the fence's answer: the fence may hold. The lease gives the places back.
    dependencies.logger.error({ attemptId, error }, 'the fence could not be taken');
    throw error;
  }
}

async function originate(
  { configuration, store, clock, metrics, logger, remember }: DialJobDependencies,
  call: Call,
  attempt: AttemptRecord,
  tenant: Tenant,
  watch: AttemptWatch,
): Promise<DialVerdict> {
  remember(attempt);
  watch.originate(
    { ...attempt, attemptId: attempt.id, boot: attempt.pbxBoot },
    originateOrder(call, attempt, tenant, configuration.trunks),
  );
  metrics.originated(attempt.originatedAt - attempt.dueAt);
  logger.info(
    { callId: call.id, attemptId: attempt.id, pbx: attempt.pbx, attemptNumber: attempt.attemptNumber },
    'originated',
  );
  if (tenant.caps.attemptsPerNumberPerDay !== undefined) {
    await store
      .countAttemptToday(tenant.id, localDay(clock.now(), tenant.timeZone), numbersOf(call))
      .catch((error: unknown) => {
        // The attempt is under way; a cap that counts one too few is the lesser harm.
        logger.error({ attemptId: attempt.id, error }, 'the day’s attempts could not be counted');
      });
  }
  return done(`dial1: ${await watch.dial1Outcome(attempt.id)}`);
}

type TakenPlaces =
  | { granted: true; pbx: string; startAt: number; slot: number; lanes: ReturnType<typeof lanesFor> }
  | { granted: false; lane: string; reason: 'calls' | 'rate'; retryAt: number };

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
      attemptId: attemptOf(call),
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

async function defer(
  dependencies: DialJobDependencies,
  call: Versioned<Call>,
  gate: string,
  reason: string,
  until: number,
): Promise<Try> {
  const attemptId = attemptOf(call.value);
  dependencies.metrics.gateClosed(gate, 'defer');
  // Promoted by hand, or an early queue: its time stands in the record already.
  if (gate === 'due') return { type: 'later', at: until, note: reason };
  const at = dependencies.clock.now();
  const stepped = stepCall(call.value, { type: 'defer', attemptId, at, until, gate, reason });
  const written = await dependencies.store.updateCall(call, stepped.call);
  return written.ok ? { type: 'later', at: until, note: `${gate}: ${reason}` } : 'lost_race';
}

async function write(dependencies: DialJobDependencies, call: Versioned<Call>, signal: CallSignal): Promise<Try> {
  const stepped = stepCall(call.value, signal);
  const written = await dependencies.store.updateCall(call, stepped.call);
  return written.ok ? done(`the call is ${stepped.call.state.status}`) : 'lost_race';
}

async function attemptsToday(store: Store, call: Call, tenant: Tenant | undefined, now: number): Promise<number> {
  if (tenant?.caps.attemptsPerNumberPerDay === undefined) return 0;
  return Math.max(0, ...(await store.attemptsToday(tenant.id, localDay(now, tenant.timeZone), numbersOf(call))));
}

function attemptOf(call: Call): AttemptRecord['id'] {
  if (!('attemptId' in call.state)) throw new RangeError(`call ${call.id} has no attempt: it is ${call.state.status}`);
  return call.state.attemptId;
}

function isExpired(call: Call, now: number): boolean {
  return call.request.expiresAt !== undefined && now > call.request.expiresAt;
}

/** Calls start at another PBX each time, so that several share the work. */
let turn = 0;
function rotate<T>(items: readonly T[]): T[] {
  turn = (turn + 1) % items.length;
  return [...items.slice(turn), ...items.slice(0, turn)];
}

function done(note: string): DialVerdict {
  return { type: 'done', note };
}
