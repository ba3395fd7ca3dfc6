import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { connectRedis, type Redis, redisReady } from '@redial/platform';
import { createQueues, type Queues } from '@redial/queue';
import { expect, vi } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { type ApiAnswer, type Redial, startRedial } from '../../support/redial.ts';
import { startTestRedis } from '../../support/redis.ts';
import { originatesIn } from './originate-reader.ts';

export type { ApiAnswer };

export interface HostileWorld {
  readonly redial: Redial;
  readonly simulator: Simulator;
  readonly redis: Redis;
  readonly queues: Queues;
  readonly prefix: string;
  /** All visible effects of an accepted call: the jobs in the queues, the calls, and the bytes that the PBX got. */
  look(): Promise<Look>;
  /**
   * Fails unless nothing has happened since: no call, no job, and no Originate but one. That one is a good call, placed
   * here last, so that every earlier call has passed.
   */
  expectNothingSince(before: Look): Promise<void>;
  /** Resolves once the PBX got an Originate for each of these attempts. */
  originated(attemptIds: readonly string[], since?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface Look {
  readonly jobs: unknown;
  readonly calls: readonly string[];
  readonly bytes: number;
}

export interface HostileWorldOptions {
  readonly tenant?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

const waiting = { timeout: 20_000, interval: 5 };

export async function startHostileWorld({ tenant, env }: HostileWorldOptions = {}): Promise<HostileWorld> {
  const server = await startTestRedis();
  const access = { username: 'redial', secret: 'redial-local' };
  const simulator = await startSimulator(access);
  // All phones answer and hang up: no attempt outlives its test.
  simulator.setBehaviour(/^/, { kind: 'answers', talkMs: 5 });
  const prefix = '{hostile}';
  const redial = await startRedial({
    redisUrl: server.url,
    pbxs: [{ name: 'main', host: simulator.host, port: simulator.port, ...access }],
    env: { REDIAL_KEY_PREFIX: prefix, ...env },
    ...(tenant !== undefined && { tenant }),
  });
  const redis = connectRedis({ url: server.url, role: 'store' });
  const queueRedis = connectRedis({ url: server.url, role: 'queue' });
  await Promise.all([redisReady(redis, 10_000), redisReady(queueRedis, 10_000)]);
  const queues = createQueues({ connection: queueRedis, prefix });

  // The dialer's examination of its PBX ends with an Originate that dials nothing.
  await vi.waitFor(() => expect(simulator.received()).toContain('Local/redial-doctor@redial'), waiting);

  /** Once no job is active: that of the previous call's end is, for a moment after its CDR. */
  const look = async (): Promise<Look> => ({
    jobs: await vi.waitFor(async () => {
      const jobs = await jobCounts(queues);
      expect(Object.values(jobs).filter(({ active }) => active > 0)).toEqual([]);
      return jobs;
    }, waiting),
    calls: await redis.zrange(`${prefix}:calls:acme`, '0', '-1'),
    bytes: simulator.received().length,
  });
  const originated = (attemptIds: readonly string[], since = 0) =>
    vi.waitFor(() => {
      const bytes = simulator.received().slice(since);
      expect(attemptIds.filter((id) => !bytes.includes(`ChannelId: ${id}\r\n`))).toEqual([]);
    }, waiting);

  return {
    redial,
    simulator,
    redis,
    queues,
    prefix,
    look,
    originated,
    async expectNothingSince(before) {
      const after = await look();
      expect({ jobs: after.jobs, calls: after.calls }).toEqual({ jobs: before.jobs, calls: before.calls });
      const last = await redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '1002' });
      expect(last.status).toBe(202);
      await originated([last.body.nextAttempt.id], before.bytes);
      expect([...originatesIn(simulator.received().slice(before.bytes)).keys()]).toEqual([last.body.nextAttempt.id]);
      await redial.inbox.next(last.body.id);
      await vi.waitFor(async () => expect(await jobCounts(queues)).toEqual(before.jobs), waiting);
    },
    async stop() {
      await redial.stop();
      await simulator.stop();
      await queues.close();
      redis.disconnect();
      await server.stop();
    },
  };
}
