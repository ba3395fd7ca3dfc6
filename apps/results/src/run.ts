import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createPbx } from '@redial/asterisk';
import { observed } from '@redial/call';
import { notifications, vendorsInFiles } from '@redial/dialects';
import {
  closeRedis,
  connectRedis,
  connectRedisOfAnyKey,
  createIds,
  createLogger,
  createMetrics,
  describeSettings,
  keepTrying,
  type RedisChange,
  type RedisRole,
  readConfigurationFile,
  readSettings,
  redisReady,
  systemClock,
  valueOrExit,
} from '@redial/platform';
import { createHealth, logDurability, measurePaused, onShutdown, pausedCheck, startOpsServer } from '@redial/process';
import { createQueues, createWorkers } from '@redial/queue';
import { createSinks } from '@redial/sinks';
import { createStore, type DurabilityPolicy, tellMalformed } from '@redial/store';
import { startResults } from './results.ts';

/** The results process: settings and configuration → connections → `startResults`. SIGTERM drains. */
const redisWithinMs = 10_000;
const settings = valueOrExit(readSettings());
const configuration = valueOrExit(await readConfigurationFile(settings.configurationFile, process.env, vendorsInFiles));
const metrics = createMetrics({ process: 'results' });
const logger = createLogger({ process: 'results', level: settings.logLevel, onLost: metrics.logLineLost });
logger.info({ settings: describeSettings(settings) }, 'starting');

const onChange = (change: RedisChange) => {
  metrics.redisLink(change.up);
  if (change.up) logger.info('Redis connected');
  else logger.error({ error: change.error }, 'Redis disconnected');
};
const redis = (role: RedisRole) =>
  connectRedis({ url: settings.redisUrl, role, slotOf: settings.keyPrefix, ...(role === 'store' && { onChange }) });
const storeConnection = redis('store');
const queueConnection = redis('queue');
// A PBX answers sooner than a Redis that reads its file back: without this, the first look at what is open would fail.
await keepTrying(() => Promise.all([storeConnection, queueConnection].map((each) => redisReady(each, redisWithinMs))), {
  onError: (error) => logger.error({ error }, 'waiting for Redis'),
});
const durability: DurabilityPolicy = { disk: settings.durability, replicas: settings.replicas };
const store = createStore({
  redis: storeConnection,
  subscriber: redis('subscriber'),
  durability,
  prefix: settings.keyPrefix,
  retentionSeconds: settings.retentionDays * 86_400,
  onMalformed: tellMalformed(logger, metrics),
});
// It may be gone again by now: then the first CDRs find out, and wait.
await logDurability(store, durability, logger, 'no CDR will go to a sink');
const workerConnection = redis('worker');
const sinksConnection = connectRedisOfAnyKey({ url: settings.redisUrl });
const onError = (error: unknown) => logger.error({ error }, 'queue error');
const queues = createQueues({ connection: queueConnection, prefix: settings.keyPrefix, onError });
const workers = createWorkers({
  connection: workerConnection,
  prefix: settings.keyPrefix,
  onError,
  lockDurationMs: settings.lockSeconds * 1000,
});
const pbxs = configuration.pbxs.map((pbx) => createPbx(observed(pbx)));

const results = await startResults({
  configuration,
  pbxs,
  store,
  queues,
  workers,
  sinks: createSinks({
    tenants: configuration.tenants,
    redis: sinksConnection,
    formats: notifications,
  }),
  ids: createIds(),
  clock: systemClock,
  metrics,
  logger,
  concurrency: settings.resultsConcurrency,
  sweepEveryMs: settings.sweepSeconds * 1000,
  // Containers may share a host's name, and each have the process 1.
  instanceId: `${hostname()}.${process.pid}.${randomBytes(6).toString('hex')}`,
});

measurePaused(queues, metrics);
const health = createHealth([
  { name: 'redis', check: () => store.ping() },
  pausedCheck(queues),
  ...pbxs.map((pbx) => ({ name: `pbx.${pbx.name}`, check: async () => assertUp(pbx) })),
]);
const ops =
  settings.ops.port === 0
    ? undefined
    : await startOpsServer({
        ...settings.ops,
        health,
        metrics,
        metricsToken: settings.metricsToken,
        timing: { keepAliveMs: settings.keepAliveSeconds * 1_000 },
      });

onShutdown({
  logger,
  drainSeconds: settings.drainSeconds,
  async drain(graceMs) {
    health.drain();
    await results.drain(graceMs);
    await store.close();
    await Promise.all([closeRedis(queueConnection), closeRedis(workerConnection)]);
    sinksConnection.disconnect();
    await ops?.close();
  },
});
logger.info('ready');

function assertUp(pbx: { readonly name: string; readonly isUp: boolean }): void {
  if (!pbx.isUp) throw new Error(`no AMI session with ${pbx.name}`);
}
