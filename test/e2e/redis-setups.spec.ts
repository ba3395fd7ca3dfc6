import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { connectRedis, type Redis, redisReady } from '@redial/platform';
import type { LocalRedisCluster, LocalRedisSentinel } from '@redial/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redial, startRedial } from '../support/redial.ts';
import { startTestRedisCluster, startTestRedisSentinel } from '../support/redis-setups.ts';
import { agent, customer, place, read } from './world.ts';

const prefix = '{main-job}';
const list = 'crm-cdrs';
const stream = 'cdr-stream';
/** A restart or a failover of Redis, until every process is connected again. */
const recovery = { timeout: 60_000, interval: 100 };
/** The sweeper delivers half a minute later what was not delivered at once. */
const patience = 240_000;

interface SetupWorld<Setup> {
  readonly setup: Setup;
  readonly simulator: Simulator;
  readonly redial: Redial;
  /** A connection to the node of a key. */
  at(key: string): Promise<Redis>;
}

/** Redial's three processes on a Redis set-up, with a simulated PBX. Every acceptance is confirmed on disk. */
function aWorldOn<Setup extends { readonly url: string; stop(): Promise<void> }>(start: () => Promise<Setup>) {
  const world: { -readonly [Part in keyof SetupWorld<Setup>]?: SetupWorld<Setup>[Part] } = {};
  const looking: Redis[] = [];
  beforeAll(async () => {
    const setup = await start();
    const access = { username: 'redial', secret: 'redial-local' };
    const simulator = await startSimulator(access);
    Object.assign(world, { setup, simulator });
    world.at = async (key) => {
      const redis = connectRedis({ url: setup.url, role: 'store', slotOf: key });
      looking.push(redis);
      await redisReady(redis, 20_000);
      return redis;
    };
    world.redial = await startRedial({
      redisUrl: setup.url,
      pbxs: [{ name: 'main', host: simulator.host, port: simulator.port, ...access }],
      sinks: [
        { type: 'redis-list', name: 'crm', key: list, push: 'right' },
        { type: 'redis-stream', name: 'stream', key: stream },
      ],
      // After this time, the job of a process whose Redis died goes to another process, or back to it.
      env: { REDIAL_KEY_PREFIX: prefix, REDIAL_DURABILITY: 'fsync', REDIAL_LOCK_SECONDS: '5' },
    });
  });
  afterAll(async () => {
    await world.redial?.stop();
    for (const redis of looking) redis.disconnect();
    await world.simulator?.stop();
    await world.setup?.stop();
  });
  return world as SetupWorld<Setup>;
}

type AnyWorld = Pick<SetupWorld<unknown>, 'simulator' | 'redial' | 'at'>;

const invites = (world: AnyWorld, user: string) => world.simulator.phones.invitesTo(user).length;

/** dial1 answers, dial2 is busy twice and then answers: three attempts. */
const placeBusyTwice = async (world: AnyWorld, which: number, delaySeconds: number) => {
  const [dial1, dial2] = [agent('answers', which), customer('busyTwice', which)];
  const retryPolicy = { maxRetries: 3, delaySeconds };
  const id = await place(world, { dial1, dial2: `+${dial2}`, talkLimitSeconds: 1, retryPolicy });
  return { id, dial1, dial2, attempts: 3 };
};

const placeLongTalk = async (world: AnyWorld, which: number, talkLimitSeconds: number) => {
  const [dial1, dial2] = [agent('answers', which), customer('answers', which)];
  const id = await place(world, { dial1, dial2: `+${dial2}`, talkLimitSeconds });
  return { id, dial1, dial2, attempts: 1 };
};

/** One INVITE and one CDR per attempt, each CDR once in every sink, and the call completed. */
async function expectDoneOnce(world: AnyWorld, call: Awaited<ReturnType<typeof placeBusyTwice>>): Promise<void> {
  await expect.poll(() => read(world, call.id).then(({ state }) => state, String), recovery).toBe('completed');
  await world.redial.inbox.next(call.id, call.attempts, recovery.timeout);
  const inList = async () => (await (await world.at(list)).lrange(list, 0, -1)).map((entry) => JSON.parse(entry));
  const inStream = async () =>
    (await (await world.at(stream)).xrange(stream, '-', '+')).map(([, fields]) =>
      JSON.parse(fields[fields.indexOf('data') + 1] ?? ''),
    );
  for (const entries of [inList, inStream]) {
    // Exactly once. The order holds only if nothing had to be tried again.
    const numbers = async () => {
      const cdrs = (await entries()).filter((cdr) => cdr.callId === call.id);
      return cdrs.map((cdr) => cdr.attemptNumber).sort();
    };
    await expect.poll(numbers, recovery).toEqual(Array.from({ length: call.attempts }, (_, i) => i + 1));
  }
  expect(world.redial.inbox.of(call.id)).toHaveLength(call.attempts);
  expect([invites(world, call.dial1), invites(world, call.dial2)]).toEqual([call.attempts, call.attempts]);
}

async function expectRefusedForNow(world: AnyWorld): Promise<void> {
  const call = { dial1: agent('answers', 90), dial2: `+${customer('answers', 90)}` };
  await expect
    .poll(() => world.redial.request('POST', '/v1/calls', call), recovery)
    .toMatchObject({
      status: 503,
      body: { type: 'urn:redial:problem:storage_unavailable' },
    });
  const refused = await world.redial.request('POST', '/v1/calls', call);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
}

describe('given a Redis Cluster of three primaries', { timeout: patience }, () => {
  const world = aWorldOn<LocalRedisCluster>(() => startTestRedisCluster());

  it('when a call needs three attempts, then it is accepted, dialled, retried and delivered to every sink, each on a node of its own', async () => {
    const nodes = await Promise.all([prefix, list, stream].map((key) => world.setup.nodeOf(key)));
    expect(new Set(nodes).size).toBe(3);
    await expectDoneOnce(world, await placeBusyTwice(world, 1, 1));
  });

  it('when a node without our hash tag is killed, then calls are accepted and dialled, and its sink gets the CDRs when it is back', async () => {
    const other = await world.setup.nodeOf(stream);
    const talking = await placeLongTalk(world, 2, 3);
    await world.simulator.phones.waitForInvite((invite) => invite.user === talking.dial2, 10_000);
    await other.kill();
    const meanwhile = await placeLongTalk(world, 3, 1);
    for (const { id } of [talking, meanwhile]) {
      await expect.poll(() => read(world, id).then(({ state }) => state), recovery).toBe('completed');
    }
    await other.restart();
    for (const call of [talking, meanwhile]) await expectDoneOnce(world, call);
  });

  it('when the node with our hash tag is killed, then the API answers 503 with Retry-After, and after its restart all work continues', async () => {
    const mine = await world.setup.nodeOf(prefix);
    const retrying = await placeBusyTwice(world, 4, 2);
    const talking = await placeLongTalk(world, 5, 4);
    await world.simulator.phones.waitForInvite((invite) => invite.user === talking.dial2, 10_000);
    const later = await placeLongTalk(world, 6, 1);
    await mine.kill();
    await expectRefusedForNow(world);
    await mine.restart();
    for (const call of [retrying, talking, later]) await expectDoneOnce(world, call);
    await world.redial.ready();
    await expectDoneOnce(world, await placeLongTalk(world, 7, 1));
    // A request that was answered with 503 was not accepted.
    expect(invites(world, agent('answers', 90))).toBe(0);
  });
});

describe('given Redis under Sentinels', { timeout: patience }, () => {
  const world = aWorldOn<LocalRedisSentinel>(() => startTestRedisSentinel());

  it('when the primary is killed, then a replica is promoted, and accepting, dialling and delivering continue without a restart of Redial', async () => {
    const pids = [world.redial.api, world.redial.dialer, world.redial.results].map(({ pid }) => pid);
    await expectDoneOnce(world, await placeBusyTwice(world, 1, 0));
    const retrying = await placeBusyTwice(world, 2, 4);
    const talking = await placeLongTalk(world, 3, 6);
    await world.simulator.phones.waitForInvite((invite) => invite.user === talking.dial2, 10_000);
    await expect.poll(() => read(world, retrying.id).then(({ state }) => state), recovery).toBe('waiting');
    // Writes that are not replicated when the primary dies are lost: docs/how-to/use-sentinel-or-cluster.md states this
    // limit.
    const redis = await world.at(prefix);
    await redis.set('mark', 'replicated');
    expect(await redis.wait(2, 5_000)).toBe(2);

    const killed = await world.setup.primary();
    await killed.kill();
    await expectRefusedForNow(world);
    await world.setup.whenPromoted(killed);
    for (const call of [retrying, talking]) await expectDoneOnce(world, call);
    await world.redial.ready();
    await expectDoneOnce(world, await placeBusyTwice(world, 4, 0));
    expect([world.redial.api, world.redial.dialer, world.redial.results].map(({ pid }) => pid)).toEqual(pids);
  });
});
