import { AttemptId, type Call, CallId } from '@redial/call';
import type { DialOrder } from '@redial/queue';
import type { Durability, Store, WrittenRecord } from '@redial/store';
import { describe, expect, it, vi } from 'vitest';
import { StorageUnavailable } from '../storage/storage-unavailable.ts';
import { type AcceptPorts, type Candidate, createAcceptor } from './accept-calls.ts';
import { rolledBackReason } from './roll-back.ts';

const kept: Durability = {
  appendonly: true,
  appendfsync: 'always',
  noAppendfsyncOnRewrite: 'no',
  maxmemoryPolicy: 'noeviction',
  redisVersion: '8.0.0',
  replicas: 0,
};

interface World {
  readonly happened: string[];
  readonly orders: DialOrder[];
  /** `openCallsMax` of each write. */
  readonly limits: (number | undefined)[];
  /** What each confirmation had to find. */
  readonly looked: (WrittenRecord | undefined)[];
  /** Calls that were written again after they were accepted. */
  readonly rewritten: Call[];
  readonly ports: AcceptPorts;
}

function world(
  more: {
    durability?: AcceptPorts['durability'];
    redis?: Durability;
    isDurable?: boolean;
    accept?: Error;
    open?: number;
    room?: number;
    takenBy?: readonly CallId[];
    add?: () => Promise<void>;
    /** The result of a second write of a call. Default: it is written. */
    update?: Store['updateCall'];
  } = {},
): World {
  const happened: string[] = [];
  const orders: DialOrder[] = [];
  const limits: (number | undefined)[] = [];
  const looked: (WrittenRecord | undefined)[] = [];
  const rewritten: Call[] = [];
  const ports: AcceptPorts = {
    store: {
      durability: async () => more.redis ?? kept,
      countOpenCalls: async () => more.open ?? 0,
      acceptCalls: async (calls, _completion, _reservation, openCallsMax) => {
        limits.push(openCallsMax);
        if (more.accept) throw more.accept;
        if (more.takenBy) return { type: 'taken', by: more.takenBy };
        if (more.room !== undefined) return { type: 'full', room: more.room };
        happened.push(`written ${calls.length}`);
        return { type: 'accepted' };
      },
      confirmDurable: async (_timeoutMs, written) => {
        happened.push('confirmed');
        looked.push(written);
        return more.isDurable ?? true;
      },
      updateCall: async (before, after) => {
        if (more.update) return more.update(before, after);
        rewritten.push(after);
        return { ok: true, version: before.version + 1 };
      },
    },
    queues: {
      dial: {
        add: async (added) => {
          happened.push(`queued ${added.length}`);
          orders.push(...added);
          await more.add?.();
        },
      },
    },
    configuration: { tenants: [{ id: 'acme', quotas: { requestsPerMinute: 1, openCalls: 5_000 } }] },
    clock: { now: () => 1_000 },
    logger: { warn: () => happened.push('warned') },
    metrics: { callAccepted: (dialect, calls) => happened.push(`counted ${calls} ${dialect}`) },
    durability: more.durability ?? { disk: 'fsync', replicas: 0 },
  };
  return { happened, orders, limits, looked, rewritten, ports };
}

function candidate(n = 0): Candidate {
  const ulid = `01JZ3R4M8Q6V9XK2T7B5N0${String(n).padStart(4, '0')}`;
  return {
    id: CallId.parse(`call_${ulid}`),
    attemptId: AttemptId.parse(`att_${ulid}`),
    tenantId: 'acme',
    dialect: 'v1',
    reference: 'r',
    request: {
      dial1: { kind: 'extension', extension: '1001' },
      dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
      dial1RingTimeoutSeconds: 20,
      dial2RingTimeoutSeconds: 20,
      talkLimitSeconds: 60,
      retryPolicy: {
        maxRetries: 0,
        delaySeconds: 0,
        perDisposition: {},
        until: 'connected',
        networkBudget: { maxRetries: 0, windowSeconds: 0, delaySeconds: 0 },
        retryUnknown: false,
      },
      variables: {},
      headers: { dial1: {}, dial2: {} },
      priority: 3,
    },
  };
}

async function accept({ ports }: World, count = 1): Promise<Call[]> {
  const acceptor = createAcceptor(ports);
  const calls = acceptor.prepare(Array.from({ length: count }, (_, n) => candidate(n)));
  await acceptor.commit(calls);
  return calls;
}

describe('accepting', () => {
  it('writes the record, confirms it, and only then queues the job', async () => {
    const here = world();
    const [call] = await accept(here);
    expect(here.happened).toEqual(['written 1', 'confirmed', 'counted 1 v1', 'queued 1']);
    expect(here.orders).toEqual([
      { callId: call?.id, attemptId: candidate().attemptId, maskedDial2: '********234', dueAt: 1_000, priority: 3 },
    ]);
  });

  it('does not undo a call whose job could not be queued: the sweeper finds it', async () => {
    const here = world({ add: () => Promise.reject(new Error('Redis is gone')) });
    await expect(accept(here)).resolves.toHaveLength(1);
    expect(here.happened.at(-1)).toBe('warned');
  });

  it('queues nothing that could not be written', async () => {
    const here = world({ accept: new Error('Connection is closed.') });
    await expect(accept(here)).rejects.toBeInstanceOf(StorageUnavailable);
    expect(here.happened).toEqual([]);
  });

  it('accepts and queues nothing while the record is not known to be durable', async () => {
    const here = world({ isDurable: false });
    await expect(accept(here)).rejects.toBeInstanceOf(StorageUnavailable);
    expect(here.happened).toEqual(['written 1', 'confirmed', 'warned']);
  });

  it('confirms one call of a batch: the calls were written in one step', async () => {
    const here = world();
    const [first] = await accept(here, 3);
    expect(here.looked).toEqual([{ call: first?.id, version: 1 }]);
  });

  it('writes nothing into a Redis without a replica, if one is required', async () => {
    const here = world({ durability: { disk: 'none', replicas: 1 } });
    await expect(accept(here)).rejects.toThrow('REDIAL_REPLICAS');
    expect(here.happened).toEqual([]);
  });

  it('writes nothing into a Redis without persistence', async () => {
    const here = world({ redis: { ...kept, appendonly: false } });
    await expect(accept(here)).rejects.toThrow('appendonly no');
    expect(here.happened).toEqual([]);
  });

  it('passes on an exception that is a bug', async () => {
    await expect(accept(world({ accept: new TypeError('oops') }))).rejects.toBeInstanceOf(TypeError);
  });
});

describe('a record that could not be confirmed', () => {
  const completion = { tenantId: 'acme', key: 'k', fingerprint: 'f', reply: '{}' };
  const reference = { tenantId: 'acme', dialect: 'dialup', reference: 'r' };
  const reservations = {
    client: { ...reference, reserves: 'open_reference' },
    redial: { ...reference, reserves: 'new_reference' },
  } as const;
  const refuse = async (
    here: World,
    by: { readonly completion?: true; readonly reservation?: keyof typeof reservations } = {},
  ) => {
    const acceptor = createAcceptor(here.ports);
    const calls = acceptor.prepare([candidate(0), candidate(1)]);
    const reservation = by.reservation && reservations[by.reservation];
    await expect(acceptor.commit(calls, by.completion && completion, reservation)).rejects.toThrow('did not confirm');
    return calls;
  };

  it.each([
    ['nothing', {}],
    ['a reference that Redial drew', { reservation: 'redial' }],
  ] as const)('is rolled back completely, and states why, if a repetition brings %s of it', async (_, by) => {
    const here = world({ isDurable: false });
    const calls = await refuse(here, by);
    const state = { status: 'canceled', endedAt: 1_000, reason: rolledBackReason };
    expect(here.rewritten).toEqual(calls.map((call) => ({ ...call, state })));
  });

  it.each([
    ['an idempotency key', { completion: true }],
    ['a reserved reference of its client', { reservation: 'client' }],
  ] as const)('stays where a repetition finds it by %s', async (_, by) => {
    const here = world({ isDurable: false });
    await refuse(here, by);
    expect(here.rewritten).toEqual([]);
  });

  it.each([
    ['it has changed meanwhile', async () => ({ ok: false, why: 'conflict' }) as const],
    ['Redis does not take it', () => Promise.reject(new Error('Redis is gone'))],
  ])('is answered the same where %s', async (_, update) => {
    await refuse(world({ isDurable: false, update }));
  });

  it('is answered soon if Redis does not reply', async () => {
    vi.useFakeTimers();
    try {
      const refused = refuse(world({ isDurable: false, update: () => new Promise(() => undefined) }));
      await vi.advanceTimersByTimeAsync(1_500);
      await refused;
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a reference that is reserved', () => {
  const reservation = { tenantId: 'acme', dialect: 'dialup', reference: 'r', reserves: 'open_reference' } as const;
  const commit = ({ ports }: World, count: number, dueAt?: number) => {
    const acceptor = createAcceptor(ports);
    const candidates = Array.from({ length: count }, (_, n) => candidate(n));
    const due = dueAt === undefined ? {} : { notBeforeAt: dueAt };
    const calls = acceptor.prepare(candidates.map((c) => ({ ...c, request: { ...c.request, ...due } })));
    return acceptor.commit(calls, undefined, reservation);
  };

  it('is accepted like any other if no call has it', async () => {
    const here = world();
    expect(await commit(here, 1)).toEqual({ type: 'accepted' });
    expect(here.happened).toEqual(['written 1', 'confirmed', 'counted 1 v1', 'queued 1']);
  });

  it.each([1, 100])(
    'writes, queues and counts nothing if it is taken (%i calls), and confirms its holders',
    async (count) => {
      const by = [candidate(7).id];
      const here = world({ takenBy: by });
      expect(await commit(here, count, 86_400_000)).toEqual({ type: 'taken', by });
      expect(here.happened).toEqual(['confirmed']);
    },
  );

  it('is not reported as taken by calls that are not known to be on disk', async () => {
    const here = world({ takenBy: [candidate(7).id], isDurable: false });
    await expect(commit(here, 1)).rejects.toBeInstanceOf(StorageUnavailable);
  });
});

describe('a tenant with as many open calls as it may have', () => {
  it('is held to the limit in the same step as the write', async () => {
    const here = world();
    await accept(here);
    expect(here.limits).toEqual([5_000]);
  });

  it('gets nothing written, queued or counted, and the answer states how many calls have room', async () => {
    const here = world({ room: 3 });
    const acceptor = createAcceptor(here.ports);
    expect(await acceptor.commit(acceptor.prepare([candidate()]))).toEqual({ type: 'full', room: 3 });
    expect(here.happened).toEqual([]);
  });

  it.each([
    ['not queued early where others may take the room meanwhile', 4_500, []],
    ['queued early where there is room to spare', 0, ['queued 100']],
  ])('has the jobs of a large batch that is due later %s', async (_, open, happened) => {
    const here = world({ open, room: 0 });
    const acceptor = createAcceptor(here.ports);
    const later = Array.from({ length: 100 }, (_, n) => candidate(n)).map((one) => ({
      ...one,
      request: { ...one.request, notBeforeAt: 86_400_000 },
    }));
    await acceptor.commit(acceptor.prepare(later));
    await acceptor.idle();
    expect(here.happened).toEqual(happened);
  });
});

describe('a large batch', () => {
  it('is answered before the queue has it, but no more than two are under way', async () => {
    const waiting: (() => void)[] = [];
    const here = world({ add: () => new Promise((resolve) => waiting.push(resolve)) });
    const acceptor = createAcceptor(here.ports);
    const batch = () => acceptor.commit(acceptor.prepare(Array.from({ length: 100 }, (_, n) => candidate(n))));
    await batch();
    await batch();
    const third = batch();
    let answered = false;
    third.then(() => {
      answered = true;
    });
    await expect.poll(() => waiting.length).toBe(3);
    expect(answered).toBe(false);
    waiting[0]?.();
    await third;

    let settled = false;
    const all = acceptor.idle().then(() => {
      settled = true;
    });
    waiting[1]?.();
    expect(settled).toBe(false);
    waiting[2]?.();
    await all;
  });
});
