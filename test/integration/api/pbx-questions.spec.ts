import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { dialup, type Fields, originateCall, vendorTenant } from '../../support/vendors.ts';
import { clientOf, type RunningApi, startApi, untilPbxAnswers } from './running-api.ts';

/** Questions of the API to its PBXs before it accepts a call, by originate-call, which has such questions. */
const { services, dialects } = vendorTenant;
const access = { username: 'redial', secret: 'redial-local' };
let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());

let api: RunningApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

const start = async (tenant: Fields, pbx: Fields): Promise<RunningApi> => {
  api = await startApi({ redisUrl: redis.url, tenant, pbx: { ...pbx, ...access } });
  return api;
};
const queue = (destination: string) => ({
  project_id: 1,
  caller_id: '0820001234',
  caller_id_name: 'John Doe',
  external_id: 'lead-7',
  type: 'queue',
  destination,
});
const checksOf = async ({ send }: RunningApi): Promise<Record<string, string>> =>
  (await send('GET', '/readyz')).body.checks;

describe('a tenant whose dialect has questions', () => {
  const tenant = { services, dialects: { 'originate-call': dialects['originate-call'] } };
  let pbx: Simulator;
  beforeAll(async () => {
    pbx = await startSimulator(access);
  });
  afterAll(() => pbx?.stop());

  it('given a yes, then the call is accepted; given a no, then nothing is', async () => {
    const running = await start(tenant, { host: pbx.host, port: pbx.port });
    await untilPbxAnswers(running);
    const before = await running.keys();
    const refused = await originateCall.form(clientOf(running), queue('no-such-queue'));
    expect(refused.body).toMatchObject({ has_error: true, messages: ['Invalid Queue. Check if pbx queue exists'] });
    expect(await running.keys()).toEqual(before);
    const accepted = await originateCall.form(clientOf(running), queue('test-queue'));
    expect([accepted.status, accepted.body.has_error]).toEqual([200, false]);
    expect((await running.send('GET', '/v1/calls?reference=lead-7')).body.calls).toHaveLength(1);
  });

  it('given a PBX that is away, then the client gets a Retry-After, and nothing is accepted', async () => {
    const running = await start(tenant, { host: '127.0.0.1', port: 1 });
    const before = await running.keys();
    const { status, headers, body } = await originateCall.form(clientOf(running), queue('test-queue'));
    expect([status, headers.get('retry-after'), body.has_error]).toEqual([503, '5', true]);
    expect(await running.keys()).toEqual(before);
    expect((await checksOf(running))['pbx.pbx1.questions']).toBe('the API has no AMI session');
    // A request without questions is still accepted.
    expect((await running.send('GET', '/readyz/accepting')).status).toBe(200);
  });

  it('given a PBX that goes silent, then no client waits for ever, and its link comes back', async () => {
    const running = await start(tenant, { host: pbx.host, port: pbx.port });
    await untilPbxAnswers(running);
    const release = pbx.blackhole();
    const { status } = await originateCall.form(clientOf(running), queue('test-queue'));
    expect(status).toBe(503);
    release();
    await untilPbxAnswers(running);
    expect((await originateCall.form(clientOf(running), queue('test-queue'))).status).toBe(200);
  });
});

describe('a tenant whose dialects have no questions', () => {
  let connections = 0;
  let pbx: Server;
  beforeAll(async () => {
    pbx = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => pbx.once('listening', resolve));
  });
  afterAll(() => pbx.close());

  it('opens no link', async () => {
    const { port } = pbx.address() as AddressInfo;
    const running = await start({ services, dialects: { dialup: dialects.dialup } }, { host: '127.0.0.1', port });
    expect((await dialup.get(clientOf(running), { dial1: '1001', dial2: '0820001234' })).status).toBe(200);
    expect(Object.keys(await checksOf(running))).toEqual(['redis', 'durability', 'queues', 'permits', 'pbx.pbx1']);
    expect(connections).toBe(0);
  });
});
