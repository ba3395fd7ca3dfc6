import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, TenantConfiguration } from '@redial/configuration';
import { type DialectRoute, jsonReply, type RawInput, type VendorDialect, v1 } from '@redial/dialects';
import { createIds, createLogger, systemClock } from '@redial/platform';
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import type { GuardLogins } from '../src/auth/guard-logins.ts';
import { refuseOtherMethods } from '../src/http/methods.ts';
import { answerErrors, refuse, refuseAs } from '../src/http/refuse.ts';
import { mountVendor, refuseBelow, type VendorPorts } from '../src/vendor/mount.ts';

/**
 * A process that serves one vendor. Its reply contains all that it received. `mount.spec.ts` starts it. Sends its URL
 * when it listens. `X-Placed` counts the requests that it has parsed.
 */
const tenant = { id: 'acme' } as TenantConfiguration;
let placed = 0;
const parse: DialectRoute['parse'] = (input) => {
  if (JSON.stringify(input).includes('fall over')) throw new TypeError('fell over');
  placed += 1;
  return { ok: true, calls: [] };
};

const semaphore: VendorDialect = {
  name: 'semaphore',
  settings: z.unknown(),
  routes: [
    { method: 'get', path: '/wave/flags', takes: 'raw', parse },
    { method: 'post', path: '/wave/flags', takes: 'raw', parse },
    { method: 'put', path: '/wave/json', takes: 'json', parse },
    { method: 'get', path: '/wave/query', takes: 'query', parse },
    { method: 'post', path: '/wave/form', takes: 'form', parse },
  ],
  recordings: [{ method: 'get', path: '/wave/recordings/{ref}' }],
  below: ['/wave/'],
  authentication: {
    type: 'credentials',
    authenticate: ({ input, header, address }) => {
      const isRed = header('x-flag') === 'red' || (input as Partial<RawInput>).query?.includes('flag=red');
      return address !== undefined && isRed ? { ok: true, tenant } : { ok: false, problem: { code: 'access_denied' } };
    },
  },
  accepted: (_calls, input) => jsonReply(200, { semaphore: 'accepted', input }),
  refused: ({ code, headers }, input) =>
    jsonReply(418, { semaphore: code, input }, { ...headers, 'X-Placed': String(placed) }),
  notifications: {},
};

const letOn: GuardLogins = async ({ problem }, _request, response, next) =>
  problem === undefined ? next() : refuse(response, problem);
const unlimited: RequestHandler = (_request, _response, next) => next();
const ports = {
  configuration: { pbxs: [], trunks: [], tenants: [tenant] } as Configuration,
  ids: createIds(),
  clock: systemClock,
  pick: () => '',
  acceptor: { prepare: () => [], commit: async () => ({ type: 'accepted' }) },
  metrics: { destinationRefused: () => undefined },
  limitRequests: unlimited,
  guardLogins: letOn,
  findTenant: () => undefined,
  store: { readCdr: async () => undefined },
} as unknown as VendorPorts;

const app = express();
app.use(refuseAs(v1.problemReply));
mountVendor(app, semaphore, ports);
refuseOtherMethods(app, [...semaphore.routes, ...semaphore.recordings]);
refuseBelow(app, semaphore);
app.use(answerErrors(createLogger({ process: 'fixture', level: 'silent' })));

const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('disconnect', () => server.close());
