import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createPbx, examinePbx } from '@redial/asterisk';
import {
  closeRedis,
  connectRedis,
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
import {
  createHealth,
  logDurability,
  measurePaused,
  onShutdown,
  pausedCheck,
  permitsCheck,
  startOpsServer,
} from '@redial/process';
import { createQueues, createWorkers } from '@redial/queue';
import { createStore, type DurabilityPolicy, tellMalformed } from '@redial/store';
import { startDialer } from './dialer.ts';

/** The dialer process: settings and configuration → connections → `startDialer`. SIGTERM drains. */
const redisWithinMs = 10_000;
const settings = valueOrExit(readSettings());
const configuration = valueOrExit(await readConfigurationFile(settings.configurationFile));
const metrics = createMetrics({ process: 'dialer' });
const logger = createLogger({ process: 'dialer', level: settings.logLevel, onLost: metrics.logLineLost });
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
  durability,
  subscriber: redis('subscriber'),
  prefix: settings.keyPrefix,
  retentionSeconds: settings.retentionDays * 86_400,
  onMalformed: tellMalformed(logger, metrics),
});
// It may be gone again by now: then the first calls find out, and wait.
await logDurability(store, durability, logger, 'no call will be dialled');
const workerConnection = redis('worker');
const onError = (error: unknown) => logger.error({ error }, 'queue error');
const queues = createQueues({ connection: queueConnection, prefix: settings.keyPrefix, onError });
const workers = createWorkers({
  connection: workerConnection,
  prefix: settings.keyPrefix,
  onError,
  lockDurationMs: settings.lockSeconds * 1000,
});
const pbxs = configuration.pbxs.map((pbx) => createPbx(pbx));

const logLevelOf = { ok: 'info', unsure: 'warn', failed: 'error' } as const;
for (const pbx of configuration.pbxs) {
  // A look at each PBX before the first call: what is wrong there is told in sentences, once, and does not keep us from starting.
  void examinePbx(pbx).then((checks) => {
    for (const { check, decision, message } of checks) logger[logLevelOf[decision]]({ pbx: pbx.name, check }, message);
  });
}

const dialer = await startDialer({
  configuration,
  pbxs,
  store,
  queues,
  workers,
  clock: systemClock,
  metrics,
  logger,
  concurrency: settings.dialerConcurrency,
  // Containers may share a host's name, and each have the process 1.
  instanceId: `${hostname()}.${process.pid}.${randomBytes(6).toString('hex')}`,
});

measurePaused(queues, metrics);
const health = createHealth([
  { name: 'redis', check: () => store.ping() },
  pausedCheck(queues),
  permitsCheck(store, configuration),
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
    await dialer.drain(graceMs);
    await queues.close();
    await store.close();
    await Promise.all([closeRedis(queueConnection), closeRedis(workerConnection)]);
    await ops?.close();
  },
});
logger.info('ready');

function assertUp(pbx: { readonly name: string; readonly isUp: boolean }): void {
  if (!pbx.isUp) throw new Error(`no AMI session with ${pbx.name}`);
}
