import { randomInt } from 'node:crypto';
import { vendors } from '@redial/dialects';
import { createIds } from '@redial/platform';
import { createHealth, type ProcessPorts, permitsCheck, type RunningProcess } from '@redial/process';
import { createAcceptor } from './accept/accept-calls.ts';
import { buildApp } from './app.ts';
import { warnOfShortSecrets } from './auth/warn-of-short-secrets.ts';
import { createHttpServer } from './http/http-server.ts';
import { acceptingChecks } from './operations/api-checks.ts';
import { pbxChecks } from './operations/pbx-checks.ts';
import { openLinks, questionLinkChecks } from './pbx/open-links.ts';
import { queryPbxs } from './pbx/query-pbxs.ts';
import type { Ports } from './ports.ts';
import { createOutcomeWaiter } from './waiting/outcome-waiter.ts';

/** The work of the API process: ports → HTTP. Rejects with a sentence if it cannot listen. */
export async function startApi(processPorts: ProcessPorts): Promise<RunningProcess> {
  const { settings, configuration, store, queues, redis, clock, logger, metrics, durability, checks } = processPorts;
  warnOfShortSecrets(configuration.tenants, logger);
  const links = openLinks(configuration, vendors, logger);
  const accepting = acceptingChecks(store, durability);
  const names = configuration.pbxs.map((pbx) => pbx.name);
  const health = createHealth([
    // These include Redis and its durability.
    ...accepting,
    ...checks.filter(({ name }) => accepting.every((check) => check.name !== name)),
    permitsCheck(store, configuration),
    ...pbxChecks(names, () => store.linkStatuses(clock.now())),
    ...questionLinkChecks(links),
  ]);
  const acceptingHealth = createHealth(accepting);
  const waiter = createOutcomeWaiter({ store, clock, logger });
  const ports: Ports = {
    ...{ store, queues, configuration, clock, logger, metrics, durability, health, acceptingHealth, waiter },
    ids: createIds(),
    queryPbx: queryPbxs(links),
    waitingMax: settings.waitingMax,
    failedLoginsPerMinute: settings.failedLoginsPerMinute,
    loginSources: settings.loginSources,
    redisCommand: (command = '', ...words) => redis.call(command, ...words),
    keyPrefix: settings.keyPrefix,
    pick: (from) => from[randomInt(from.length)] ?? '',
    admin: settings.admin,
    metricsToken: settings.metricsToken,
  };
  const acceptor = createAcceptor(ports);
  const { maxConnections, keepAliveSeconds, http } = settings;
  const server = createHttpServer(buildApp(ports, acceptor), {
    maxConnections,
    timing: { keepAliveMs: keepAliveSeconds * 1_000 },
    onTurnedAway: () => logger.warn({ maxConnections }, 'a connection was turned away'),
    onCut: () => logger.warn('a connection that sends requests without waiting for answers was cut'),
  });
  const url = await server.listen(http.host, http.port).catch((error: Error) => {
    throw new Error(`cannot listen on ${http.host}:${http.port}: ${error.message}`);
  });
  logger.info({ url }, 'listening');
  return {
    health,
    async drain(graceMs) {
      acceptingHealth.drain();
      // Clients that wait for an outcome get what is known, and do not delay the end of the server.
      await waiter.close();
      await server.close(graceMs);
      await acceptor.idle();
      await Promise.all(links.map((link) => link.stop()));
    },
  };
}
