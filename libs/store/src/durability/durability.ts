import type { Redis } from '@redial/platform';
import pTimeout from 'p-timeout';
import type { StoreContext } from '../store-context.ts';
import { type DurabilityPolicy, durabilityFault } from './durability-policy.ts';
import { type DurabilityProbe, probeFor } from './durability-probe.ts';
import type { Durability, DurabilityStore, WrittenRecord } from './durability-store.ts';
import { readDurability } from './read-durability.ts';

/** How long the set-up of Redis is cached: long where it satisfies the policy, else just enough to limit the load. */
const cachedMs = { satisfied: 30_000, unsatisfied: 1_000 } as const;
/** Between the starts of two rounds. A sync takes about a second, replicas answer within a millisecond. */
const spacingMs = { disk: 100, replicas: 5 } as const;
/** Rounds in progress at once, each with its own connection: enough for a sync that takes two seconds. */
const roundsMax = 20;
/** How long Redis waits within a round, for the disk and for the replicas. Callers wait less. */
const waitMs = 5_000;

interface ClosableDurabilityStore extends DurabilityStore {
  close(): Promise<void>;
}

/** What a round waits for. */
interface Waits {
  readonly disk: boolean;
  readonly replicas: number;
}

interface Round {
  /** One for each write of its callers; they run at the end. */
  readonly probes: DurabilityProbe[];
  /** The answers of the probes, in their order. Undefined: not confirmed. */
  readonly found: Promise<readonly unknown[] | undefined>;
}

/**
 * Whether acknowledged writes are on disk, and on replicas.
 *
 * WAITAOF and WAIT wait for the writes of *their own* connection, and block it. On the store's connection they would
 * delay every command by up to a second. So each round has a connection of its own, and writes a mark first. The file
 * and the stream to the replicas are sequential: once the mark is durable, every write that was acknowledged before it
 * is durable too. Callers share rounds, however many calls are accepted. Several rounds overlap, because a caller that
 * just missed one would otherwise wait for two syncs.
 *
 * The mark proves nothing about a write that *another* Redis acknowledged. That Redis may have died and returned with
 * an older file, or its replica was promoted without the write. So each round ends with probes of the written records,
 * on its own connection. One connection is one Redis process: what that process has after the mark, it had before the
 * mark.
 */
export function durabilityOf(
  { redis, keys }: Pick<StoreContext, 'redis' | 'keys'>,
  policy: DurabilityPolicy = { disk: 'fsync', replicas: 0 },
): ClosableDurabilityStore {
  let cached: { readonly until: number; readonly durability: Durability } | undefined;
  let reading: Promise<Durability> | undefined;
  const open = new Set<Redis>();
  const idle: Redis[] = [];
  const running = new Set<Promise<unknown>>();
  let next: Round | undefined;
  let isClosed = false;
  let lastBeganAt = Number.NEGATIVE_INFINITY;
  // The next connection may reach a Redis with another set-up.
  redis.on('close', () => {
    cached = undefined;
  });

  /** Concurrent callers share one read. */
  function durability(): Promise<Durability> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<Durability> {
    const found = await readDurability(redis);
    const result = durabilityFault(policy, found) === undefined ? 'satisfied' : 'unsatisfied';
    cached = { until: performance.now() + cachedMs[result], durability: found };
    return found;
  }

  async function confirmDurable(timeoutMs: number, written?: WrittenRecord): Promise<boolean> {
    if (policy.disk !== 'fsync' && policy.replicas === 0) return true;
    return pTimeout(confirm(written), { milliseconds: timeoutMs, fallback: () => false });
  }

  async function confirm(written: WrittenRecord | undefined): Promise<boolean> {
    const isFresh = cached !== undefined && performance.now() < cached.until;
    const found = isFresh && cached ? cached.durability : await durability();
    if (durabilityFault(policy, found) !== undefined) return false;
    // With `appendfsync always` Redis answers a write only after its fsync: there is nothing to wait for.
    const disk = policy.disk === 'fsync' && found.appendfsync !== 'always';
    if (!disk && policy.replicas === 0) return true;
    return join({ disk, replicas: policy.replicas }, written && probeFor(keys, written));
  }

  /** Joins the round that has not begun: those in progress may have written their marks before the caller's writes. */
  async function join(waits: Waits, probe: DurabilityProbe | undefined): Promise<boolean> {
    next ??= begin(waits);
    const round = next;
    const index = probe === undefined ? -1 : round.probes.push(probe) - 1;
    const found = await round.found;
    return found !== undefined && (probe === undefined || probe.isThere(found[index]));
  }

  function begin(waits: Waits): Round {
    const probes: DurabilityProbe[] = [];
    const found = (async () => {
      await pause(lastBeganAt + (waits.disk ? spacingMs.disk : spacingMs.replicas) - performance.now());
      while (running.size >= roundsMax) await Promise.race(running);
      // From here on, a caller's writes may come after the mark.
      next = undefined;
      lastBeganAt = performance.now();
      const round = run(waits, probes);
      running.add(round);
      return round.finally(() => running.delete(round));
    })();
    return { probes, found };
  }

  async function run(
    { disk, replicas }: Waits,
    probes: readonly DurabilityProbe[],
  ): Promise<readonly unknown[] | undefined> {
    if (isClosed) return undefined;
    const connection = idle.pop() ?? waitingConnection(redis);
    open.add(connection);
    const commands = [
      { words: ['SET', keys.fsyncMark, 1], isGood: (answer: unknown) => answer === 'OK' },
      ...(replicas > 0 ? [{ words: ['WAIT', replicas, waitMs], isGood: atLeast(replicas) }] : []),
      ...(disk ? [{ words: ['WAITAOF', 1, 0, waitMs], isGood: (answer: unknown) => atLeast(1)(first(answer)) }] : []),
    ];
    try {
      const pipeline = connection.pipeline();
      for (const {
        words: [name, ...rest],
      } of commands)
        pipeline.call(String(name), ...rest);
      for (const {
        command: [name, ...words],
      } of probes)
        pipeline.callBuffer(name, ...words);
      const answers = await pipeline.exec();
      if (answers === null || answers.some(([error]) => error !== null)) return undefined;
      // If the mark was refused, WAIT and WAITAOF have waited for the mark of an earlier round.
      const isConfirmed = commands.every(({ isGood }, n) => isGood(answers[n]?.[1]));
      return isConfirmed ? answers.slice(commands.length).map(([, answer]) => answer) : undefined;
    } catch {
      // The connection is down: the writes may be durable or not.
      return undefined;
    } finally {
      idle.push(connection);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const connection of open) connection.disconnect();
    await Promise.all(running);
  }

  return { durability, confirmDurable, close };
}

function atLeast(count: number): (answer: unknown) => boolean {
  return (answer) => Number(answer) >= count;
}

function first(answer: unknown): unknown {
  return Array.isArray(answer) ? answer[0] : undefined;
}

function waitingConnection(redis: Redis): Redis {
  const connection = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: 1 });
  // The store's own connection reports errors; this listener keeps ioredis from printing them.
  connection.on('error', () => undefined);
  return connection;
}

/** Pauses for one microtask at least, so that concurrent callers share the round. */
async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
