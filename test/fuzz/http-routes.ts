import { createHash } from 'node:crypto';
import { v1, vendors } from '@redial/dialects';
import type { Random } from '../simulation/random.ts';
import { actHeaders, credentials, type Fields, inAMonth, phpQuery } from '../support/vendors.ts';
import { dashboardBodies, dashboardQueries, dashboardRoutes, queueNames, queueStatuses } from './dashboard-routes.ts';
import { hostileFields } from './hostile-fields.ts';

/** The credentials of a client. */
export interface Keys {
  readonly apiKey: string;
  readonly admin: { readonly user: string; readonly password: string };
  /** The ids of an existing call, attempt and delivery. */
  readonly ids: readonly string[];
}

/** A request, before it is written. */
export interface Draft {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer;
}

export type Server = 'api' | 'dialer' | 'results';

export interface Route {
  /** The process; absent: the API. */
  readonly at?: Server;
  readonly method: string;
  readonly path: string;
  readonly draft: (random: Random, keys: Keys) => Draft;
}

export const nextMonth = new Date(inAMonth.at).toISOString();

export const json = 'application/json';
export const form = 'application/x-www-form-urlencoded';

const opsPaths = ['/livez', '/readyz', '/metrics', '/', '/nothing'];

/** Routes for clients: every address, from the tables that the API mounts. */
const clientRoutes: readonly Route[] = [
  ...v1.endpoints.map(({ method, path, body }) => ({
    method,
    path,
    draft: draftOfV1(method, path, body !== undefined),
  })),
  ...vendors.flatMap(({ name, routes: own, recordings }) => [
    ...own.map(({ method, path, takes }) => ({ method, path, draft: draftOfVendor(name, method, path, takes) })),
    ...recordings.map(({ method, path }) => ({ method, path, draft: plain(method, path) })),
  ]),
];

/** Routes for operators, at every process. */
const operatorRoutes: readonly Route[] = [
  ...[
    '/livez',
    '/readyz',
    '/readyz/accepting',
    '/metrics',
    '/openapi.json',
    '/openapi/vendors.json',
    '/docs/',
    '/docs/swagger-ui.css',
  ].map((path) => ({ method: 'get', path, draft: plain('get', path) })),
  ...(['dialer', 'results'] as const).flatMap((at) =>
    opsPaths.map((path) => ({ at, method: 'get', path, draft: plain('get', path) })),
  ),
];

const boardRoutes: readonly Route[] = dashboardRoutes.map(({ method, path }) => ({
  method,
  path,
  draft: draftOfDashboard(method, path),
}));

/** Most inputs are about calls. */
export function aRoute(random: Random): Route {
  return random.pick(
    random.weighted([
      [6, clientRoutes],
      [2, boardRoutes],
      [2, operatorRoutes],
    ] as const),
  );
}

function pathOf(random: Random, path: string, { ids }: Keys): string {
  return path
    .replace(':queueName', () => (random.chance(0.7) ? 'dial' : random.pick(queueNames)))
    .replace(':queueStatus', () => random.pick(queueStatuses))
    .replace(/\{[a-z]+\}|:[a-z]+/gi, () =>
      random.pick([...ids, 'att_0', '..%2f..%2fetc%2fpasswd', '%00', '__proto__']),
    );
}

function plain(method: string, path: string): Route['draft'] {
  return (random, keys) => ({
    method: method.toUpperCase(),
    target: pathOf(random, path, keys),
    headers: random.chance(0.8) ? [['Authorization', `Bearer ${keys.apiKey}`]] : [],
    body: Buffer.alloc(0),
  });
}

function draftOfDashboard(method: string, path: string): Route['draft'] {
  return (random, keys) => {
    const { user, password } = keys.admin;
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const draft = plain(method, path)(random, keys);
    return {
      ...draft,
      target: draft.target + random.pick(dashboardQueries),
      headers: [
        ['Authorization', `Basic ${basic}`],
        ['Content-Type', json],
      ],
      body: Buffer.from(random.pick(dashboardBodies)),
    };
  };
}

function draftOfV1(method: string, path: string, hasBody: boolean): Route['draft'] {
  return (random, keys) => {
    const draft = plain(method, path)(random, keys);
    if (path === '/v1/calls' && !hasBody && random.chance(0.7))
      draft.target += `?limit=${random.pick(['1', '0', '-1', '1e9', '[]'])}&cursor=x`;
    if (!hasBody) return draft;
    const call = {
      dial1: '1001',
      dial2: '0820001234',
      reference: 'r',
      variables: { CAMPAIGN: 'x' },
      notBefore: nextMonth,
    };
    const body = path.endsWith('/batch')
      ? { calls: [call, call] }
      : method === 'patch'
        ? { notBefore: nextMonth }
        : call;
    draft.headers.push(['Content-Type', json], ['If-Match', '*']);
    if (random.chance(0.2)) draft.headers.push(['Idempotency-Key', `k${random.int(1, 50)}`]);
    return { ...draft, body: Buffer.from(JSON.stringify(hostileFields(random, body))) };
  };
}

const fieldsOf: Readonly<Record<string, Fields>> = {
  click2dial: { agent: '1001', callee: '0820001234', contact_ref: 'AbC123' },
  dialup: { ...credentials.dialup, dial1: '1001', dial2: '27820001234', Date: inAMonth.written, ident: 'x' },
  'call-originate-act': { source: '1001', destination: '27820001234', context: 'main_routing' },
};

function draftOfVendor(name: string, method: string, path: string, takes: string): Route['draft'] {
  return (random, keys) => {
    // A repeated ident is answered with its call.
    const own = { ...fieldsOf[name], ...(name === 'dialup' && { ident: `x${random.int(1, 10_000)}` }) };
    const fields = hostileFields(random, name === 'originate-call' ? signed() : own);
    const who = new Headers(name === 'call-originate-act' ? actHeaders() : { authorization: `Bearer ${keys.apiKey}` });
    const headers: Draft['headers'] = [...who].map(([key, value]) => [key, value]);
    const asQuery = phpQuery(fields);
    if (method === 'get') return { method: 'GET', target: `${path}?${asQuery}`, headers, body: Buffer.alloc(0) };
    const isJson = takes === 'json' || (takes === 'raw' && name !== 'dialup' && random.chance(0.5));
    headers.push(['Content-Type', isJson ? json : form]);
    const body = Buffer.from(isJson ? JSON.stringify(fields) : asQuery);
    return { method: method.toUpperCase(), target: path, headers, body };
  };
}

function signed(): Fields {
  const { apiKey, ...who } = credentials.originateCall;
  const params = { ...who, data: { dial1: '1001', dial2: '27820001234' } };
  return {
    ...params,
    api_hash: createHash('md5')
      .update(phpQuery(params) + apiKey)
      .digest('hex'),
  };
}
