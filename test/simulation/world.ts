import { isPlanned } from '@redial/call';
import { createAgenda } from './agenda.ts';
import { createBooks } from './books.ts';
import { startClients } from './clients.ts';
import { createExchange } from './exchange.ts';
import { startFaults, type Weather, weatherOf } from './faults.ts';
import { createHost, type Host } from './hosts.ts';
import { createNumberedIds } from './ids.ts';
import { configuration, startAt } from './landscape.ts';
import type { Counted } from './ledger.ts';
import { createModelQueues } from './model-queues.ts';
import { createModelStore } from './model-store.ts';
import type { Mutant } from './mutants.ts';
import { createRandom } from './random.ts';
import { createRedis } from './redis.ts';
import { virtualTime } from './virtual-time.ts';

export interface Run {
  readonly seed: number;
  readonly steps: number;
  readonly mutant?: Mutant;
  /** Gets each event as a line with its instant. */
  readonly trace?: (line: string) => void;
}

export interface Ran {
  /** Broken promises. Empty if every promise was kept. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<Counted, number>>;
  readonly weather: Weather;
  readonly steps: number;
  readonly simulatedSeconds: number;
}

/**
 * docs/how-to/run-in-production.md allows a ring timeout and ten seconds. These hosts use NTP, and it is badly
 * maintained.
 */
const skewMsMax = 1_500;
/** Longer than everything that happens without a new event. */
const restMsMax = 3_600_000;
const lookEveryMs = 10_000;
/** If nothing is due for this long, no process needs to be awake meanwhile. */
const longSleepMs = 180_000;

/**
 * A complete installation in one thread: two API, three dialer and two results processes. They are the real ones, over
 * models of Redis, the queue, two PBXs and the network. One seed decides everything that depends on chance.
 */
export async function runWorld({ seed, steps, mutant, trace }: Run): Promise<Ran> {
  const random = createRandom(seed);
  const agenda = createAgenda(startAt);
  const tell = (what: string) => trace?.(`${((agenda.now - startAt) / 1_000).toFixed(3).padStart(10)} ${what}`);
  const redis = createRedis(agenda, random);
  const weather = weatherOf(seed);
  let hosts: readonly Host[] = [];
  const books = createBooks({
    now: () => agenda.now,
    configuration,
    skewMsMax,
    isCalm: weather === 'calm',
    redisFailedUntil: () => redis.failedUntil,
    isWatchedSince: (pbx, instant) =>
      hosts.some(({ kind, workingSince = Number.POSITIVE_INFINITY, links }) => {
        const { soundSince = Number.POSITIVE_INFINITY } = links.find((each) => each.pbx.name === pbx) ?? {};
        return kind === 'results' && Math.max(workingSince, soundSince) < instant;
      }),
    ...(trace && { tell }),
  });
  const store = createModelStore(agenda, redis, books, mutant);
  const queues = createModelQueues(agenda, random, redis, books, mutant);
  const exchanges = configuration.pbxs.map(({ name }) => createExchange(name, agenda, random, books));
  const ids = createNumberedIds();
  const parts = { agenda, random, books, store, queues, exchanges, configuration, ids, redis, skewMsMax, mutant, tell };
  hosts = (['api', 'api', 'dialer', 'dialer', 'dialer', 'results', 'results'] as const).map((kind, i) =>
    createHost(kind, `${kind}-${i}`, parts),
  );
  const backToReal = virtualTime(agenda, random);

  const isAtFault = () => books.violations.length > 0;
  /** Runs until `isDone`, or until a rule is broken. */
  const go = async (isDone: () => boolean): Promise<void> => {
    while (!isDone() && !isAtFault() && (await agenda.step()));
  };
  const startAll = () => {
    for (const host of hosts) host.start();
  };

  /** No new calls and no more faults: now everything must come to its end. */
  async function rest(): Promise<void> {
    tell('the world comes to rest');
    let awakeMs = 0;
    const isEmpty = () =>
      store.openCalls.size === 0 && store.openAttempts.size === 0 && exchanges.every(({ channels }) => channels === 0);
    const isQuiet = () => isEmpty() && queues.dial.pending.length === 0 && queues.results.pending.length === 0;
    let wakeAt = agenda.now;
    while (!isQuiet() && awakeMs < restMsMax && !isAtFault()) {
      startAll();
      for (const link of hosts.flatMap((host) => host.links)) link.disorder = 0;
      wakeAt = agenda.now + lookEveryMs;
      awakeMs += lookEveryMs;
      await go(() => isQuiet() || agenda.now >= wakeAt);
      const nextAt = nothingBefore();
      if (nextAt === undefined || nextAt < agenda.now + longSleepMs || isAtFault()) continue;
      tell('all hosts sleep until something is due');
      for (const host of hosts) host.kill();
      agenda.jumpTo(nextAt - 10_000);
    }
    // The last permits are released in the step after the end of the last call.
    wakeAt = agenda.now + 2_000;
    await go(() => agenda.now >= wakeAt);
  }

  /** When the first call is due, if only waiting calls are left. */
  function nothingBefore(): number | undefined {
    if (store.openAttempts.size > 0 || store.openCalls.size === 0) return undefined;
    const due = [...store.openCalls].map((id) => {
      const state = store.call(id)?.state;
      return state !== undefined && isPlanned(state) ? state.dueAt : 0;
    });
    return Math.min(...due);
  }

  try {
    startAll();
    const stopClients = startClients({
      ...parts,
      apis: hosts.filter(({ kind }) => kind === 'api'),
      callEveryMs: random.int(100, 600),
    });
    const stopFaults = startFaults({ ...parts, hosts, weather });
    await go(() => agenda.steps >= steps);
    stopClients();
    stopFaults();
    if (!isAtFault()) await rest();
    if (!isAtFault()) {
      books.close([
        ...[...store.openCalls].map((id) => `call ${id}, ${store.call(id)?.state.status}`),
        ...[...store.openAttempts].map((id) => `attempt ${id}`),
        ...store.held(agenda.now),
        ...exchanges.flatMap(({ name, channels }) => (channels > 0 ? [`${channels} channels of ${name}`] : [])),
        ...[...queues.dial.pending, ...queues.results.pending].map((id) => `job ${id}`),
      ]);
    }
  } finally {
    for (const host of hosts) host.kill();
    backToReal();
  }
  for (const violation of books.violations) tell(violation);
  return {
    violations: books.violations,
    counts: books.counts,
    weather,
    steps: agenda.steps,
    simulatedSeconds: (agenda.now - startAt) / 1_000,
  };
}
