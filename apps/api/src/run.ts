import { randomInt } from 'node:crypto';
import { vendors, vendorsInFiles } from '@redial/dialects';
import {
  connectRedis,
  createIds,
  createLogger,
  createMetrics,
  describeSettings,
  readConfigurationFile,
  readSettings,
  redisReady,
  systemClock,
} from '@redial/platform';
import { createHealth, logDurability, measurePaused, onShutdown, pausedCheck, permitsCheck } from '@redial/process';
import { createQueues } from '@redial/queue';
import { createStore, type DurabilityPolicy, tellMalformed } from '@redial/store';
import { createAcceptor } from './accept/accept-calls.ts';
import { buildApp } from './app.ts';
import { warnOfShortSecrets } from './auth/warn-of-short-secrets.ts';
import { createHttpServer } from './http/http-server.ts';
import { acceptingChecks } from './operations/api-checks.ts';
import { pbxChecks } from './operations/pbx-checks.ts';
import { askPbxs } from './pbx/ask-pbxs.ts';
import { linkChecks, openLinks } from './pbx/open-links.ts';
import type { Ports } from './ports.ts';
import { createOutcomeWaiter } from './waiting/outcome-waiter.ts';

/**
 * How long a start waits for Redis, so that nobody is turned away for the milliseconds of a connection. Then it goes on without:
 * a Redis may take minutes to read its file back. Who asks meanwhile is to be told 503 and why, not that nobody listens.
 */
const redisWithinMs = 3_000;

await main();

/** The API process: settings and configuration → ports → HTTP. */
async function main(): Promise<void> {
  const settings = readSettings();
  if (!settings.ok) return giveUp(settings.errors);
  const { redisUrl, keyPrefix, configurationFile, http, admin, metricsToken } = settings.value;
  const configuration = await readConfigurationFile(configurationFile, process.env, vendorsInFiles);
  if (!configuration.ok) return giveUp(configuration.errors);

  const metrics = createMetrics({ process: 'api' });
  const logger = createLogger({ process: 'api', level: settings.value.logLevel, onLost: metrics.logLineLost });
  logger.info({ settings: describeSettings(settings.value) }, 'starting');
  warnOfShortSecrets(configuration.value.tenants, logger);
  const redis = connectRedis({
    url: redisUrl,
    role: 'store',
    slotOf: keyPrefix,
    onChange: (change) => {
      metrics.redisLink(change.up);
      if (change.up) logger.info('Redis is up');
      else logger.error({ error: change.error }, 'Redis is down');
    },
  });
  const queueRedis = connectRedis({ url: redisUrl, role: 'queue', slotOf: keyPrefix });
  try {
    await Promise.all([redisReady(redis, redisWithinMs), redisReady(queueRedis, redisWithinMs)]);
  } catch (error) {
    logger.error(
      { error },
      'starting without Redis, which REDIAL_REDIS_URL names: until it is there no call is accepted',
    );
  }

  const durability: DurabilityPolicy = { disk: settings.value.durability, replicas: settings.value.replicas };
  const store = createStore({
    redis,
    durability,
    subscriber: connectRedis({ url: redisUrl, role: 'subscriber', slotOf: keyPrefix }),
    prefix: keyPrefix,
    retentionSeconds: settings.value.retentionDays * 86_400,
    onMalformed: tellMalformed(logger, metrics),
  });
  const queues = createQueues({
    connection: queueRedis,
    prefix: keyPrefix,
    onError: (err, queue) => logger.warn({ err, queue }, 'queue connection'),
  });
  await logDurability(store, durability, logger, 'no call will be accepted');

  const accepting = acceptingChecks(store, durability);
  const pbxs = pbxChecks(
    configuration.value.pbxs.map((pbx) => pbx.name),
    () => store.linkStatuses(systemClock.now()),
  );
  const links = openLinks(configuration.value, vendors, logger);
  measurePaused(queues, metrics);
  const health = createHealth([
    ...accepting,
    pausedCheck(queues),
    permitsCheck(store, configuration.value),
    ...pbxs,
    ...linkChecks(links),
  ]);
  const acceptingHealth = createHealth(accepting);
  const waiter = createOutcomeWaiter({ store, clock: systemClock, logger });
  const ports: Ports = {
    store,
    queues,
    configuration: configuration.value,
    clock: systemClock,
    ids: createIds(),
    logger,
    metrics,
    health,
    acceptingHealth,
    durability,
    askPbx: askPbxs(links),
    waiter,
    waitingMax: settings.value.waitingMax,
    failedLoginsPerMinute: settings.value.failedLoginsPerMinute,
    loginSources: settings.value.loginSources,
    redisCommand: (command = '', ...words) => redis.call(command, ...words),
    keyPrefix,
    pick: (from) => from[randomInt(from.length)] ?? '',
    admin,
    metricsToken,
  };
  const acceptor = createAcceptor(ports);

  const server = createHttpServer(buildApp(ports, acceptor), {
    maxConnections: settings.value.maxConnections,
    timing: { keepAliveMs: settings.value.keepAliveSeconds * 1_000 },
    onTurnedAway: () => logger.warn({ maxConnections: settings.value.maxConnections }, 'a connection was turned away'),
    onCut: () => logger.warn('a connection that sends on and on without waiting for answers was cut'),
  });
  const close = async (): Promise<void> => {
    health.drain();
    acceptingHealth.drain();
    // Who waits for an outcome is told what is known, and does not hold the server up.
    await waiter.close();
    await server.close(settings.value.drainSeconds * 1_000);
    await acceptor.settled();
    await Promise.all([queues.close(), ...links.map((link) => link.stop())]);
    await store.close();
  };
  onShutdown({ logger, drainSeconds: settings.value.drainSeconds, drain: close });
  try {
    logger.info({ url: await server.listen(http.host, http.port) }, 'listening');
  } catch (error) {
    giveUp([`cannot listen on ${http.host}:${http.port}: ${error instanceof Error ? error.message : String(error)}`]);
    await close();
  }
}

function giveUp(errors: readonly string[]): void {
  for (const error of errors) process.stderr.write(`redial api: ${error}\n`);
  process.exitCode = 1;
}
