import { once } from 'node:events';
import { connect } from 'node:net';
import { type ConnectionTiming, createMetrics } from '@redial/platform';
import { afterEach, describe, expect, it } from 'vitest';

import { createHealth, type HealthCheck } from './health.ts';
import { metricsFault } from './metrics-access.ts';
import { type OpsServer, startOpsServer } from './ops-server.ts';

const servers: OpsServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

interface Setup {
  readonly checks?: HealthCheck[];
  readonly metricsToken?: string;
  readonly timing?: Partial<ConnectionTiming>;
}

async function setup({ checks = [], metricsToken, timing = {} }: Setup = {}) {
  const health = createHealth(checks);
  const metrics = createMetrics({ process: 'dialer', runtime: false });
  const server = await startOpsServer({ host: '127.0.0.1', port: 0, health, metrics, metricsToken, timing });
  servers.push(server);
  const get = (path: string, init: RequestInit = {}) => fetch(new URL(path, server.url), init);
  return { get, health, metrics, port: Number(new URL(server.url).port) };
}

describe('/livez', () => {
  it('is 200 even if a check fails', async () => {
    const { get } = await setup({ checks: [{ name: 'redis', check: () => Promise.reject(new Error('down')) }] });
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('/readyz', () => {
  it('is 200 when every check passes', async () => {
    const { get } = await setup({ checks: [{ name: 'redis', check: async () => undefined }] });
    const response = await get('/readyz?verbose');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ready: true, checks: { redis: 'ok' } });
  });

  it('is 503 and states what is wrong', async () => {
    const never = new Promise<void>(() => undefined);
    const { get } = await setup({
      checks: [
        { name: 'redis', check: async () => undefined },
        { name: 'pbx1', check: () => Promise.reject(new Error('the AMI link is down')) },
        { name: 'pbx2', check: () => never, deadlineMs: 1 },
        {
          name: 'pbx3',
          check: () => {
            throw new Error('no such PBX');
          },
        },
      ],
    });
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ready: false,
      checks: { redis: 'ok', pbx1: 'the AMI link is down', pbx2: 'no answer within 1 ms', pbx3: 'no such PBX' },
    });
  });

  it('is 503 while the process drains', async () => {
    const { get, health } = await setup();
    health.drain();
    expect(await (await get('/readyz')).json()).toEqual({ ready: false, checks: { process: 'is shutting down' } });
  });

  it('runs the checks once for all requests meanwhile or within a second', async () => {
    let runs = 0;
    let now = 0;
    const gate = Promise.withResolvers<void>();
    const check = () => {
      runs += 1;
      return gate.promise;
    };
    const health = createHealth([{ name: 'slow', check }], () => now);
    const reports = Promise.all([health.report(), health.report()]);
    gate.resolve();
    expect(await reports).toEqual([
      { ready: true, checks: { slow: 'ok' } },
      { ready: true, checks: { slow: 'ok' } },
    ]);
    now = 999;
    await health.report();
    expect(runs).toBe(1);
    now = 1_000;
    await health.report();
    expect(runs).toBe(2);
  });
});

describe('/metrics', () => {
  it("is Prometheus' text", async () => {
    const { get, metrics } = await setup();
    metrics.pbxLink('pbx1', false);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('redial_pbx_link_up{pbx="pbx1",process="dialer"} 0');
  });

  it.each([
    [undefined, 401],
    ['Bearer wrong-token-wrong', 401],
    ['Basic right-token-right', 401],
    ['Bearer right-token-right', 200],
  ])('with a token set, "%s" gets %i', async (authorization, status) => {
    const { get } = await setup({ metricsToken: 'right-token-right' });
    const response = await get('/metrics', authorization === undefined ? {} : { headers: { authorization } });
    expect(response.status).toBe(status);
  });
});

describe('/metrics without a token', () => {
  it.each([
    ['X-Forwarded-For', '127.0.0.1'],
    ['Forwarded', 'for=127.0.0.1'],
    ['X-Real-IP', '127.0.0.1'],
    ['Via', '1.1 proxy'],
  ])('is not for whom a proxy passes on: %s', async (name, value) => {
    const { get } = await setup();
    const response = await get('/metrics', { headers: { [name]: value } });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('REDIAL_METRICS_TOKEN');
  });

  const local = { address: '127.0.0.1', host: 'localhost:9090' };
  it.each([
    [local, true],
    [{ ...local, address: '::ffff:127.0.0.1' }, true],
    [{ ...local, address: '::1', host: '[::1]:9090' }, true],
    [{ ...local, host: '127.0.0.1' }, true],
    [{ ...local, address: '10.0.0.7' }, false],
    [{ ...local, address: '::ffff:10.0.0.7' }, false],
    [{ ...local, address: 'fe80::1%eth0' }, false],
    [{ ...local, address: undefined }, false],
    [{ ...local, host: 'rebound.example:9090' }, false],
    [{ ...local, host: '127.0.0.1.example' }, false],
    [{ ...local, host: undefined }, false],
  ])('is for this machine alone: %j', ({ address, host }, isAllowed) => {
    const fault = metricsFault({ address, header: (name) => (name === 'host' ? host : undefined) }, undefined);
    expect(fault === undefined).toBe(isAllowed);
  });
});

it('/metrics is rendered once for all requests within a second', async () => {
  const { get, metrics } = await setup();
  let renders = 0;
  metrics.onScrape(async () => {
    renders += 1;
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => get('/metrics')));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(renders).toBe(1);
});

describe('anything else', () => {
  it('is not found, and nothing can be posted', async () => {
    const { get } = await setup();
    expect((await get('/')).status).toBe(404);
    expect((await get('/livez', { method: 'POST' })).status).toBe(405);
    expect(await (await get('/livez', { method: 'HEAD' })).text()).toBe('');
  });
});

describe('a client that holds a connection', () => {
  const short = { headersMs: 150, requestMs: 300, keepAliveMs: 150, lookMs: 20 };
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

  async function client(port: number, said: string) {
    const socket = connect(port, '127.0.0.1');
    // A reset ends the connection too.
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    await once(socket, 'connect');
    socket.write(said);
    return { socket, closed };
  }

  it('keeps it between requests, for longer than the limit of a header', async () => {
    const { port } = await setup({ timing: { ...short, keepAliveMs: 60_000 } });
    const { socket } = await client(port, get('//livez'));
    expect(String((await once(socket, 'data'))[0])).toContain('200 OK');
    const cut = await client(port, 'GET');
    cut.socket.resume();
    await cut.closed;
    socket.write(get('/livez'));
    expect(String((await once(socket, 'data'))[0])).toContain('200 OK');
  });

  it.each([
    ['sends nothing at all', ''],
    ['begins a header and stops', 'GET /livez HTTP/1.1\r\nX-Slow: a'],
    ['announces a body and sends a part of it', 'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'],
    ['has its answer and sends no more', get('/livez')],
  ])('and %s is cut off', async (_, said) => {
    const { port } = await setup({ timing: short });
    const { socket, closed } = await client(port, said);
    socket.resume();
    await closed;
  });

  it('and sends requests without reading an answer is closed', async () => {
    const { get: ask, port } = await setup({ timing: { ...short, silenceMs: 200 } });
    const { socket, closed } = await client(port, '');
    socket.pause();
    // Until the buffers of both ends are full.
    const asking = setInterval(() => socket.write(get('/metrics').repeat(100)), 5);
    await closed;
    clearInterval(asking);
    expect((await ask('/livez')).status).toBe(200);
  });
});
