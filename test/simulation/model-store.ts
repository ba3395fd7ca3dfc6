import type { AttemptId, AttemptRecord, Call, CallId } from '@redial/call';
import type { Store, WrittenRecord } from '@redial/store';
import { createInMemoryStore, type InMemoryStore } from '@redial/testing';
import type { Actor, Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import type { Mutant } from './mutants.ts';
import { portOf } from './port-of.ts';
import type { Redis } from './redis.ts';

/**
 * The in-memory store behind a network: each command takes effect at one instant and is answered at a later one. Its
 * disk is synced at every full second, and a Redis that dies loses the claims since the last sync.
 */
export interface ModelStore {
  portFor(process: Actor): Store;
  readonly openCalls: ReadonlySet<CallId>;
  readonly openAttempts: ReadonlySet<AttemptId>;
  call(id: CallId): Call | undefined;
  attempt(id: AttemptId): AttemptRecord | undefined;
  /** Held permits and slots, with their attempts. */
  held(now: number): string[];
}

const syncEveryMs = 1_000;

export function createModelStore(agenda: Agenda, redis: Redis, books: Books, mutant: Mutant | undefined): ModelStore {
  const store = createInMemoryStore({
    clock: { now: () => agenda.now },
    onCallWritten: (before, after) => books.callWritten(before, after),
    onSettled: (attempt, cdr) => books.settled(attempt, cdr),
  });
  const methods = methodsOf(store, agenda, mutant);
  /** Claims that are not on disk yet. */
  const unsynced = new Map<AttemptId, { readonly attempt: AttemptRecord; readonly till: number }>();
  const nextSyncAt = () => (Math.floor(agenda.now / syncEveryMs) + 1) * syncEveryMs;
  redis.onDeath(() => {
    for (const { attempt, till } of unsynced.values()) {
      const before = agenda.now < till ? store.forgetClaim(attempt) : undefined;
      if (before === undefined) continue;
      books.callWritten(undefined, before);
      books.forgotten(attempt);
    }
    unsynced.clear();
  });
  const isDeaf = mutant === 'a cancel is dropped in the watch';

  function claim(process: Actor, ...args: Parameters<Store['claim']>) {
    const claimed = methods.claim(...args);
    if (!claimed.ok) return claimed;
    const [, after, attempt] = args;
    books.claimed(after, attempt, process);
    unsynced.set(attempt.id, { attempt, till: nextSyncAt() });
    return claimed;
  }

  /** Waits for the next sync, then reads whether the claim is still there. */
  async function confirm(process: Actor, written: WrittenRecord | undefined): Promise<boolean> {
    if (mutant === 'the claim is not confirmed') return redis.ask(process, () => true);
    await new Promise<void>((resolve) => agenda.at(nextSyncAt(), process, resolve));
    return redis.ask(process, () => store.methods.confirmDurable(0, written));
  }

  function portFor(process: Actor): Store {
    const overNetwork =
      <A extends unknown[], R>(apply: (...args: A) => R) =>
      (...args: A): Promise<R> =>
        redis.ask(process, () => apply(...args));

    /** Resolves once it is subscribed. Calls `onSubscribed` then, and each time the connection is back. */
    const listen = async <T extends unknown[]>(
      subscribe: (hear: (...args: T) => void) => () => void,
      hear: (...args: T) => void,
      onSubscribed: () => void,
    ): Promise<() => void> => {
      const stop = await redis.ask(process, () => {
        const unsubscribe = subscribe((...args) => {
          if (process.isAlive) redis.tell(process, () => hear(...args));
          else unsubscribe();
        });
        return unsubscribe;
      });
      onSubscribed();
      redis.onBack({ process, hear: onSubscribed });
      return stop;
    };

    const overNetworkAll = Object.fromEntries(
      Object.entries(methods).map(([name, apply]) => [name, overNetwork(apply as () => unknown)]),
    ) as unknown as Partial<Store>;

    return portOf<Store>('store', books, {
      ...overNetworkAll,
      claim: overNetwork((...args) => claim(process, ...args)),
      cancelRequested: overNetwork(isDeaf ? () => [] : methods.cancelRequested),
      onCancel: (hear, onSubscribed = () => undefined) =>
        listen(methods.onCancel, isDeaf ? () => undefined : hear, onSubscribed),
      onCallChanged: (hear, onSubscribed = () => undefined) => listen(methods.onCallChanged, hear, onSubscribed),
      durability: overNetwork(() => ({
        appendonly: true,
        appendfsync: 'always' as const,
        noAppendfsyncOnRewrite: 'no' as const,
        maxmemoryPolicy: 'noeviction',
        redisVersion: '8.0.0',
        replicas: 0,
      })),
      confirmDurable: (_timeoutMs, written) => confirm(process, written),
      close: async () => undefined,
    });
  }

  return {
    portFor,
    openCalls: store.openCalls,
    openAttempts: store.openAttempts,
    call: (id) => store.calls.get(id)?.value,
    attempt: (id) => store.attempts.get(id)?.value,
    held: (now) => [
      ...Object.entries(store.permits.holders(now)).flatMap(([limit, ids]) => ids.map((id) => `${id} on ${limit}`)),
      ...store.permits.slotsHeld(now).map(({ slot, by }) => `${by} in slot ${slot}`),
    ],
  };
}

type Methods = InMemoryStore['methods'];

const noneToday: Methods['attemptsToday'] = (_tenantId, _day, numbers) => numbers.map(() => 0);

/** The store's methods. A mutant breaks one of them. */
function methodsOf(store: InMemoryStore, agenda: Agenda, mutant: Mutant | undefined): Methods {
  const { methods } = store;
  const newest = (call: Call) => ({ value: call, version: store.calls.get(call.id)?.version ?? 0 });

  switch (mutant) {
    case 'the claim is not compare-and-set':
      return {
        ...methods,
        claim: (before, after, attempt, cap) => {
          store.removeAttempt(attempt.id);
          return methods.claim(newest(before.value), after, attempt, cap);
        },
      };
    // The gates would hide what the claim misses: it matters only where many calls to one number start within a moment.
    case 'the claim does not count the day':
      return {
        ...methods,
        attemptsToday: noneToday,
        claim: (before, after, attempt, cap) => {
          const { max: _, ...uncapped } = cap ?? {};
          return methods.claim(before, after, attempt, cap && (uncapped as typeof cap));
        },
      };
    case 'the gates read no count of the day':
      return { ...methods, attemptsToday: noneToday };
    case 'settling is not compare-and-set':
      return {
        ...methods,
        settle: (settlement) => {
          const { call, attempt } = settlement;
          const version = store.attempts.get(attempt.after.id)?.version ?? 0;
          return methods.settle({
            ...settlement,
            call: { ...call, before: newest(call.before.value) },
            attempt: { ...attempt, before: { ...attempt.before, version } },
          });
        },
      };
    case 'permits are not given back':
      return {
        ...methods,
        settle: (settlement) => {
          const { id, limits } = settlement.attempt.after;
          const held = store.permits.holders(agenda.now);
          const written = methods.settle(settlement);
          for (const limit of written.ok ? limits : []) if (held[limit]?.includes(id)) store.permits.occupy(limit, id);
          return written;
        },
      };
    case 'a retry is given up early':
      return {
        ...methods,
        settle: (settlement) => {
          const { call } = settlement;
          return methods.settle({ ...settlement, call: { ...call, after: givenUp(call.after) } });
        },
      };
    case 'changes of a call are not compare-and-set':
      return { ...methods, updateCall: (before, after) => methods.updateCall(newest(before.value), after) };
    case 'a cancel is not written':
      return {
        ...methods,
        updateCall: (before, after) => {
          const isNewest = newest(after).version === before.version;
          return isNewest && isCancel(after)
            ? { ok: true, version: before.version + 1 }
            : methods.updateCall(before, after);
        },
      };
    case 'open attempts are never adopted':
      return { ...methods, openAttempts: () => [] };
    case 'the sweeper plans open attempts again':
      return {
        ...methods,
        overduePage: (before, limit, cursor) => {
          planAgain(store, agenda.now);
          return methods.overduePage(before, limit, cursor);
        },
      };
    default:
      return methods;
  }
}

function planAgain(store: InMemoryStore, now: number): void {
  for (const id of store.openAttempts) {
    const attempt = store.attempts.get(id)?.value;
    const call = attempt && store.calls.get(attempt.callId)?.value;
    if (attempt === undefined || call?.state.status !== 'dialing' || call.state.attemptId !== id) continue;
    if (attempt.originatedAt + 15_000 > now) continue;
    store.removeAttempt(id);
    const { attemptNumber, dueAt } = attempt;
    store.write({ ...call, state: { status: 'queued', attemptId: id, attemptNumber, dueAt } });
  }
}

const isCancel = ({ state }: Call) => state.status === 'canceled' || 'cancelRequestedAt' in state;

function givenUp(call: Call): Call {
  const isSecond = call.state.status === 'waiting' && call.state.attemptNumber === 2;
  return isSecond ? { ...call, state: { status: 'exhausted', endedAt: 0, reason: 'retries_used_up' } } : call;
}
