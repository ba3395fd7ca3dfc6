import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type Configuration,
  describeSettings,
  type KnownDialects,
  readConfigurationFile,
  readSettings,
  type Settings,
  valueOrExit,
} from '@redial/configuration';
import {
  type Clock,
  createLogger,
  createMetrics,
  type Logger,
  type Metrics,
  type Redis,
  systemClock,
} from '@redial/platform';
import { createQueues, createWorkers, type Queues, type Workers } from '@redial/queue';
import { createStore, type DurabilityPolicy, reportMalformed, type Store } from '@redial/store';
import { measurePaused, pausedCheck } from './checks/paused-queues.ts';
import type { Health, HealthCheck } from './health/health.ts';
import { startOpsServer } from './health/ops-server.ts';
import { logDurability } from './log-durability.ts';
import { awaitRedis, openRedis } from './redis-connections.ts';
import { onShutdown } from './shutdown.ts';

/** What a process works with. All of it exists before its own work begins. */
export interface ProcessPorts {
  readonly settings: Settings;
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly store: Store;
  readonly durability: DurabilityPolicy;
  readonly queues: Queues;
  /** The store's own connection. */
  readonly redis: Redis;
  /** For a process that takes jobs. */
  readonly workers: () => Workers;
  /** Identifies this process among processes of the same kind. */
  readonly instanceId: string;
  /** What every process checks for `/readyz`. */
  readonly checks: readonly HealthCheck[];
}

interface ProcessPlan {
  readonly name: 'api' | 'dialer' | 'results';
  /** Checks the settings of dialects and sinks. Absent: the process serves no dialect. */
  readonly dialects?: KnownDialects;
  /** `optional`: the process starts without Redis. */
  readonly redis: 'required' | 'optional';
  /** What does not happen while Redis is less durable than the settings demand. */
  readonly notDurable: string;
  /** False: the process serves health and metrics by its own HTTP server. */
  readonly opsServer: boolean;
  /** Begins the work. Rejects with a sentence for people if it cannot: the process ends with 1. */
  readonly run: (ports: ProcessPorts) => Promise<RunningProcess>;
}

export interface RunningProcess {
  readonly health: Health;
  /** Takes no new work, and finishes what it can within `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/**
 * Runs one process from its settings to its end: settings and configuration, Redis, durability, the work, health and
 * metrics, shutdown. SIGTERM drains.
 */
export async function startProcess(plan: ProcessPlan): Promise<void> {
  const settings = valueOrExit(readSettings());
  const configuration = valueOrExit(
    await readConfigurationFile(settings.configurationFile, process.env, plan.dialects),
  );
  const metrics = createMetrics({ process: plan.name });
  const logger = createLogger({ process: plan.name, level: settings.logLevel, onLost: metrics.logLineLost });
  logger.info({ settings: describeSettings(settings) }, 'starting');

  const connections = openRedis({ settings, logger, metrics });
  await awaitRedis(connections, plan.redis, logger);
  const durability: DurabilityPolicy = { disk: settings.durability, replicas: settings.replicas };
  const store = createStore({
    redis: connections.of('store'),
    subscriber: connections.of('subscriber'),
    durability,
    prefix: settings.keyPrefix,
    retentionSeconds: settings.retentionDays * 86_400,
    onMalformed: reportMalformed(logger, metrics),
  });
  await logDurability(store, durability, logger, plan.notDurable);
  const queues = createQueues({
    connection: connections.of('queue'),
    prefix: settings.keyPrefix,
    onError: (error, queue) => logger.warn({ error, queue }, 'queue connection'),
  });
  measurePaused(queues, metrics);

  const { health, drain } = await plan
    .run({
      ...{ settings, configuration, logger, metrics, clock: systemClock, store, durability, queues },
      redis: connections.of('store'),
      workers: () =>
        createWorkers({
          connection: connections.of('worker'),
          prefix: settings.keyPrefix,
          lockDurationMs: settings.lockSeconds * 1_000,
          onError: (error, where) => logger.error({ error, ...where }, 'queue error'),
        }),
      // Containers may share a host's name, and each may have process id 1.
      instanceId: `${hostname()}.${process.pid}.${randomBytes(6).toString('hex')}`,
      checks: [{ name: 'redis', check: () => store.ping() }, pausedCheck(queues)],
    })
    .catch((error: unknown) => endWith(error));
  const ops =
    plan.opsServer && settings.ops.port !== 0
      ? await startOpsServer({
          ...settings.ops,
          ...{ health, metrics, metricsToken: settings.metricsToken },
          timing: { keepAliveMs: settings.keepAliveSeconds * 1_000 },
        })
      : undefined;
  onShutdown({
    logger,
    drainSeconds: settings.drainSeconds,
    async drain(graceMs) {
      health.drain();
      await drain(graceMs);
      await queues.close();
      await store.close();
      await connections.close();
      await ops?.close();
    },
  });
  logger.info('ready');
}

function endWith(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
