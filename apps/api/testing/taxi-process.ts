import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Configuration } from '@redial/configuration';
import { v1 } from '@redial/dialects';
import { createIds, createLogger, createMetrics, systemClock } from '@redial/platform';
import { fakeQueues, scriptableStore } from '@redial/testing';
import express from 'express';
import { createAcceptor } from '../src/accept/accept-calls.ts';
import type { GuardLogins } from '../src/auth/guard-logins.ts';
import { refuse, refuseAs } from '../src/http/refuse.ts';
import { mountVendor, type VendorPorts } from '../src/vendor/mount.ts';
import { taxi } from './taxi-dialect.ts';

/**
 * An API process with the taxi dialect alone, on the in-memory store. Sends its URL; then, for each message, what it
 * holds.
 */
const token = process.argv[2];
const configuration = Configuration.parse({
  pbxs: [{ name: 'pbx-1', host: '127.0.0.1', username: 'redial', secret: 'secret' }],
  trunks: [{ name: 'carrier', channel: 'PJSIP/{number}@carrier', maxCalls: 10, maxCallsPerSecond: 5 }],
  tenants: [
    {
      id: 'acme',
      timeZone: 'Africa/Johannesburg',
      apiKeys: [{ name: 'main', sha256: 'a'.repeat(64) }],
      numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
      extensions: { pattern: '1[0-9]{3}' },
      trunks: ['carrier'],
      dialects: { taxi: { token } },
    },
  ],
});

const store = scriptableStore();
const { queues, dial } = fakeQueues();
const ports = {
  configuration,
  store: store.port,
  queues,
  clock: systemClock,
  logger: createLogger({ process: 'test', level: 'silent' }),
  metrics: createMetrics({ process: 'test', runtime: false }),
  durability: { disk: 'none', replicas: 0 } as const,
};
const guardLogins: GuardLogins = async ({ problem }, _request, response, next) =>
  problem === undefined ? next() : refuse(response, problem);
const unlimited: VendorPorts['limitRequests'] = (_request, _response, next) => next();

const app = express();
app.use(refuseAs(v1.problemReply));
mountVendor(app, taxi, {
  ...ports,
  ids: createIds(),
  pick: ([first = '']: readonly string[]) => first,
  acceptor: createAcceptor(ports),
  findTenant: () => undefined,
  limitRequests: unlimited,
  guardLogins,
} as unknown as VendorPorts);

const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('message', () => process.send?.({ calls: dial.map(({ callId }) => store.call(callId)) }));
process.once('disconnect', () => server.close());
