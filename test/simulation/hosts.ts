import type { Ids } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import type { Logger, Metrics } from '@redial/platform';
import type { Workers } from '@redial/queue';
import { type Actor, type Agenda, isAwake } from './agenda.ts';
import type { Books } from './books.ts';
import type { Exchange } from './exchange.ts';
import { withoutWindows } from './landscape.ts';
import { createLink, type Link } from './link.ts';
import type { ModelQueues } from './model-queues.ts';
import type { ModelStore } from './model-store.ts';
import type { Mutant } from './mutants.ts';
import type { Random } from './random.ts';
import {
  type Acceptor,
  createAcceptor,
  createOutcomeWaiter,
  type OutcomeWaiter,
  type SharedPorts,
  startDialer,
  startResults,
  type Working,
} from './shells.ts';

/** One process, from its start to its end. After its end nothing happens to it. */
interface Process extends Actor {
  isAlive: boolean;
  sleepsUntil: number;
}

/** An API process from the view of its HTTP part. */
export interface Api {
  readonly process: Actor;
  readonly ports: SharedPorts;
  readonly acceptor: Acceptor;
  readonly waiter: OutcomeWaiter;
}

/** A host on which one process runs, dies and is started again. */
export interface Host {
  readonly kind: 'api' | 'dialer' | 'results';
  readonly isUp: boolean;
  /** Since when it works, awake and not about to end; undefined: it does not. */
  readonly workingSince: number | undefined;
  readonly links: readonly Link[];
  /** Of an API host that is up. */
  readonly api: Api | undefined;
  start(): void;
  /** kill -9. */
  kill(): void;
  /** SIGSTOP, and SIGCONT after this time. */
  sleep(ms: number): void;
  /** SIGTERM: it ends when it has drained, and is started again. */
  replace(): void;
}

export interface HostsOptions {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly books: Books;
  readonly store: ModelStore;
  readonly queues: ModelQueues;
  readonly exchanges: readonly Exchange[];
  readonly configuration: Configuration;
  readonly ids: Ids;
  readonly skewMsMax: number;
  readonly mutant: Mutant | undefined;
}

const sweepEveryMs = 5_000;
const graceMs = 20_000;
/** A clock that is wrong by this much is outside the product's promises. */
const farAheadMs = 120_000;

const ignored = new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : () => ignored) }) as Metrics & Logger;

export function createHost(kind: Host['kind'], name: string, options: HostsOptions): Host {
  const { agenda, random, books, store, queues, exchanges, ids, skewMsMax, mutant } = options;
  const knowsWindows = mutant !== 'the dialers know no windows' || kind !== 'dialer';
  const isFarAhead =
    (mutant === 'the clocks of the dialers run ahead' && kind === 'dialer') ||
    (mutant === 'the clocks of the results processes run ahead' && kind === 'results');
  let process: Process = { isAlive: false, sleepsUntil: 0 };
  let links: Link[] = [];
  let api: Api | undefined;
  let working: Working | undefined;
  let isDraining = false;
  let workingAt = 0;

  function portsOf(): SharedPorts {
    const skewMs = isFarAhead ? farAheadMs : random.int(-skewMsMax, skewMsMax);
    return {
      configuration: knowsWindows ? options.configuration : withoutWindows,
      store: store.portFor(process),
      queues: queues.queuesFor(process),
      clock: { now: () => Math.round(agenda.now + skewMs) },
      metrics: ignored,
      logger: ignored,
    };
  }

  function start(): void {
    if (process.isAlive) return;
    const mine: Process = { isAlive: true, sleepsUntil: 0 };
    process = mine;
    isDraining = false;
    const ports = portsOf();
    if (kind === 'api') {
      const acceptor = createAcceptor({ ...ports, durability: { disk: 'fsync', replicas: 0 } });
      api = { process, ports, acceptor, waiter: createOutcomeWaiter(ports) };
      return;
    }
    links = exchanges.map((exchange) =>
      createLink({
        ...{ agenda, random, books, exchange, process, clock: ports.clock, mutant },
        watchesAll: kind === 'results',
      }),
    );
    const pbxs = links.map(({ pbx }) => pbx);
    const workers = mutant === 'a job that comes twice originates again' ? hasty(links) : queues.workersFor(process);
    const work = { ...ports, pbxs, workers, concurrency: 40, instanceId: name };
    agenda.after(1, process, () => {
      const started =
        kind === 'dialer'
          ? startDialer(work)
          : startResults({ ...work, sinks: { find: () => undefined, lengths: async () => [] }, ids, sweepEveryMs });
      started.then(
        (running) => {
          working = running;
          workingAt = agenda.now;
        },
        // Redis is away: the process ends, and its supervisor starts it again.
        () => {
          mine.isAlive = false;
          agenda.after(1_000, undefined, start);
        },
      );
    });
  }

  /** Workers that ignore claims. */
  function hasty(own: readonly Link[]): Workers {
    const workers = queues.workersFor(process);
    return {
      results: workers.results,
      deliveries: workers.deliveries,
      dial: (concurrency, handle) =>
        workers.dial(concurrency, (job) => {
          for (const { sent, pbx } of own) {
            const order = sent.get(job.attemptId);
            if (order !== undefined) void pbx.originate(order);
          }
          return handle(job);
        }),
    };
  }

  function kill(): void {
    process.isAlive = false;
    api = undefined;
    working = undefined;
    links = [];
  }

  return {
    kind,
    get isUp() {
      return process.isAlive;
    },
    get workingSince() {
      const isWorking = process.isAlive && working !== undefined && !isDraining && isAwake(process, agenda.now);
      return isWorking ? Math.max(workingAt, process.sleepsUntil) : undefined;
    },
    get links() {
      return links;
    },
    get api() {
      return api;
    },
    start,
    kill,
    sleep: (ms) => {
      process.sleepsUntil = agenda.now + ms;
    },
    replace: () => {
      const [draining, running] = [process, working];
      const startAnew = () => {
        if (process !== draining) return;
        kill();
        agenda.after(random.int(50, 500), undefined, start);
      };
      if (running === undefined || !draining.isAlive) return startAnew();
      isDraining = true;
      agenda.after(0, draining, () => void running.drain(graceMs).then(startAnew));
    },
  };
}
