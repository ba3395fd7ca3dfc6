import type { Redis } from '@redial/platform';
import pTimeout from 'p-timeout';
import type { StoreContext } from '../store-context.ts';
import { type DurabilityPolicy, durabilityFault } from './durability-policy.ts';
import type { Durability, DurabilityStore, WrittenRecord } from './durability-store.ts';
import { readDurability } from './read-durability.ts';
import { type Look, lookFor } from './written.ts';

/** How long an answer to "does Redis keep what is asked" is believed: good news long, bad news only to spare Redis the question. */
const believedMs = { good: 30_000, bad: 1_000 } as const;
/** Between the beginnings of two rounds: a sync takes its time anyhow, replicas answer in a millisecond. */
const spacingMs = { disk: 100, replicas: 5 } as const;
/** Rounds under way at once, each with its connection: enough for a sync that takes two seconds. */
const roundsMax = 20;
/** How long Redis waits within a round, for either. Its callers wait less. */
const waitMs = 5_000;

export interface DurabilityParts extends DurabilityStore {
  close(): Promise<void>;
}

/** What a round is to wait for. */
interface Waits {
  readonly disk: boolean;
  readonly replicas: number;
}

interface Round {
  /** What its callers have written; each is looked for at the end. */
  readonly looks: Look[];
  /** What the looks answered, in their order; undefined: not confirmed. */
  readonly found: Promise<readonly unknown[] | undefined>;
}

/**
 * Whether acknowledged writes are on disk, and on replicas.
 *
 * WAITAOF and WAIT wait for the writes of *their own* connection, and block that connection: on the store's own they would hold up every
 * command for up to a second. So they have connections of their own, which first write a mark: the file and the stream to the replicas
 * are sequential, so once the mark is there, everything that was acknowledged before it is. Callers share: however many calls are
 * accepted, rounds begin at a distance, and several are under way at once: one after the other, a caller who just missed one would wait
 * for two syncs.
 *
 * The mark says nothing of a write that was acknowledged by *another* Redis: one that has died and come back since with an older file,
 * or whose replica has been promoted without it. So the round ends with a look at what was written, on its own connection: one
 * connection is one process, and whatever this process has now it had before it took the mark.
 */
export function durabilityOf(
  { redis, keys }: Pick<StoreContext, 'redis' | 'keys'>,
  asked: DurabilityPolicy = { disk: 'fsync', replicas: 0 },
): DurabilityParts {
  let believed: { readonly till: number; readonly durability: Durability } | undefined;
  let asking: Promise<Durability> | undefined;
  const open = new Set<Redis>();
  const idle: Redis[] = [];
  const running = new Set<Promise<unknown>>();
  let next: Round | undefined;
  let isClosed = false;
  let lastBeganAt = Number.NEGATIVE_INFINITY;
  // Another process, or another server, may be set up in another way.
  redis.on('close', () => {
    believed = undefined;
  });

  /** Those who ask at one moment share the question. */
  function durability(): Promise<Durability> {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function ask(): Promise<Durability> {
    const found = await readDurability(redis);
    const news = durabilityFault(asked, found) === undefined ? 'good' : 'bad';
    believed = { till: performance.now() + believedMs[news], durability: found };
    return found;
  }

  async function confirmDurable(timeoutMs: number, written?: WrittenRecord): Promise<boolean> {
    if (asked.disk !== 'fsync' && asked.replicas === 0) return true;
    return pTimeout(confirm(written), { milliseconds: timeoutMs, fallback: () => false });
  }

  async function confirm(written: WrittenRecord | undefined): Promise<boolean> {
    const isFresh = believed !== undefined && performance.now() < believed.till;
    const found = isFresh && believed ? believed.durability : await durability();
    if (durabilityFault(asked, found) !== undefined) return false;
    // Redis answers a write only after its fsync: nothing to wait for, and a restart has it.
    const disk = asked.disk === 'fsync' && found.appendfsync !== 'always';
    if (!disk && asked.replicas === 0) return true;
    return join({ disk, replicas: asked.replicas }, written && lookFor(keys, written));
  }

  /** The round that is yet to begin: those under way may have written their marks before the caller's writes. */
  async function join(waits: Waits, look: Look | undefined): Promise<boolean> {
    next ??= begin(waits);
    const round = next;
    const place = look === undefined ? -1 : round.looks.push(look) - 1;
    const found = await round.found;
    return found !== undefined && (look === undefined || look.isThere(found[place]));
  }

  function begin(waits: Waits): Round {
    const looks: Look[] = [];
    const found = (async () => {
      await pause(lastBeganAt + (waits.disk ? spacingMs.disk : spacingMs.replicas) - performance.now());
      while (running.size >= roundsMax) await Promise.race(running);
      // From here on a caller's writes may come after the mark.
      next = undefined;
      lastBeganAt = performance.now();
      const under = run(waits, looks);
      running.add(under);
      return under.finally(() => running.delete(under));
    })();
    return { looks, found };
  }

  async function run({ disk, replicas }: Waits, looks: readonly Look[]): Promise<readonly unknown[] | undefined> {
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
      } of looks)
        pipeline.callBuffer(name, ...words);
      const answers = await pipeline.exec();
      if (answers === null || answers.some(([error]) => error !== null)) return undefined;
      // A mark that was refused would have them wait for the mark of an earlier round.
      const isConfirmed = commands.every(({ isGood }, n) => isGood(answers[n]?.[1]));
      return isConfirmed ? answers.slice(commands.length).map(([, answer]) => answer) : undefined;
    } catch {
      // The link is down: nobody knows.
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
  // The store's own connection tells of errors; this listener keeps ioredis from printing them.
  connection.on('error', () => undefined);
  return connection;
}

/** At least for a microtask, so that callers of the same moment share what follows. */
async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
