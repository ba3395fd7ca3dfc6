import { type AttemptId, attemptToAsk, type CallId, type Dial1Outcome } from '@redial/call';
import type { Waits } from '@redial/dialects';
import type { Clock, Logger } from '@redial/platform';
import type { AttemptStore, CallChangedHints, CallStore } from '@redial/store';
import pTimeout from 'p-timeout';
import { type KnownOutcomes, knownOutcomes } from './known-outcomes.ts';
import { sharedReads } from './shared-reads.ts';

/**
 * Clients that hold their connection open until dial1's outcome is known.
 *
 * O1  One subscription per process, made when the first client waits, and one timer per client. There is no polling.
 * O2  A call-changed hint only triggers a read. The answer comes from the records. A missed hint costs only time: the
 *     records are read again whenever the subscription is renewed, and once more before a client gets `pending`.
 * O3  A call is read by one read at a time, for any number of waiting clients and hints.
 * O4  A client that has gone leaves nothing behind.
 */
export interface OutcomeWaiter {
  /** Call it before the calls are committed, so that no hint is missed. Then `wait` or `cancel` must follow. */
  expect(callIds: readonly CallId[], waits: Waits): ExpectedOutcome;
  /** How many clients wait now. */
  readonly waiting: number;
  /** Every client is answered with what is known now, and so is every later client. */
  close(): Promise<void>;
}

export interface ExpectedOutcome {
  /**
   * Resolves once one of the calls is answered or all have failed, or when the waiter closes. At the latest it
   * resolves at `until`, slightly later if the storage is slow. One outcome for each call, `pending` if none is known.
   * Undefined: the client has gone. Call it once. It never rejects.
   */
  wait(gone: AbortSignal): Promise<readonly Dial1Outcome[] | undefined>;
  /** No client will wait. */
  cancel(): void;
}

interface OutcomeWaiterPorts {
  readonly store: CallChangedHints & Pick<CallStore, 'readCall'> & Pick<AttemptStore, 'readAttempt'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** How long the last read may take: a slow storage must not delay the answer further. */
const lastReadMs = 1_000;
/** Calls that could not be read are read again after this, all at once. */
const retryMs = 1_000;

interface Expectation {
  readonly callIds: readonly CallId[];
  readonly known: KnownOutcomes;
  /** Ends the waiting, if it has begun. */
  end?: () => void;
}

export function createOutcomeWaiter({ store, clock, logger }: OutcomeWaiterPorts): OutcomeWaiter {
  const expectations = new Set<Expectation>();
  const byCall = new Map<CallId, Set<Expectation>>();
  const unread = new Set<CallId>();
  let retry: NodeJS.Timeout | undefined;
  let subscription: Promise<() => void> | undefined;
  let closed = false;

  function register(expectation: Expectation): void {
    expectations.add(expectation);
    for (const id of expectation.callIds) {
      const others = byCall.get(id);
      if (others === undefined) byCall.set(id, new Set([expectation]));
      else others.add(expectation);
    }
  }

  function forget(expectation: Expectation): void {
    expectations.delete(expectation);
    for (const id of expectation.callIds) {
      const others = byCall.get(id);
      others?.delete(expectation);
      if (others?.size === 0) byCall.delete(id);
    }
  }

  function subscribe(): void {
    if (subscription !== undefined || closed) return;
    subscription = store.onCallChanged(
      (callId) => {
        if (byCall.has(callId)) void refresh(callId);
      },
      () => {
        for (const callId of byCall.keys()) void refresh(callId);
      },
    );
    subscription.catch((error: unknown) => {
      subscription = undefined;
      logger.warn(
        { error },
        'changes of awaited calls cannot be received; their clients are answered at the end of their time',
      );
    });
  }

  const read = sharedReads(async (callId: CallId) => {
    const call = (await store.readCall(callId))?.value;
    // Not yet accepted.
    if (call === undefined) return;
    const attemptId = attemptToAsk(call);
    const attempt = attemptId === undefined ? undefined : await store.readAttempt(attemptId as AttemptId);
    for (const expectation of byCall.get(callId) ?? []) {
      expectation.known.note(call, attempt?.value);
      if (expectation.known.isDecided) expectation.end?.();
    }
  });

  /** Never rejects: a call that cannot be read is read again, as long as a client waits for it. */
  async function refresh(callId: CallId): Promise<void> {
    try {
      await read(callId);
    } catch (error) {
      if (closed) return;
      unread.add(callId);
      retry ??= setTimeout(() => readUnread(error), retryMs);
    }
  }

  function readUnread(error: unknown): void {
    retry = undefined;
    const awaited = [...unread].filter((callId) => byCall.has(callId));
    unread.clear();
    if (awaited.length === 0) return;
    logger.warn({ error, calls: awaited.length }, 'awaited calls could not be read; they are read again');
    for (const callId of awaited) void refresh(callId);
  }

  async function lastRead(expectation: Expectation): Promise<void> {
    const reads = Promise.all(expectation.callIds.map(refresh));
    await pTimeout(reads, { milliseconds: lastReadMs, fallback: () => undefined });
    expectation.end?.();
  }

  async function wait(expectation: Expectation, until: number, gone: AbortSignal): ReturnType<ExpectedOutcome['wait']> {
    const { callIds, known } = expectation;
    const over = Promise.withResolvers<'known' | 'gone'>();
    const leave = (): void => over.resolve('gone');
    expectation.end = () => over.resolve('known');
    gone.addEventListener('abort', leave, { once: true });
    const timer = setTimeout(() => void lastRead(expectation), Math.max(0, until - clock.now()));
    if (gone.aborted) leave();
    else if (known.isDecided || !expectations.has(expectation)) expectation.end();
    else if (closed) void lastRead(expectation);
    else for (const callId of callIds) void refresh(callId);
    try {
      return (await over.promise) === 'known' ? known.outcomes : undefined;
    } finally {
      clearTimeout(timer);
      gone.removeEventListener('abort', leave);
      forget(expectation);
    }
  }

  return {
    expect(callIds, waits) {
      const expectation: Expectation = { callIds, known: knownOutcomes(callIds, waits) };
      register(expectation);
      subscribe();
      return {
        wait: (gone) => wait(expectation, waits.until, gone),
        cancel: () => {
          forget(expectation);
          expectation.end?.();
        },
      };
    },
    get waiting() {
      return expectations.size;
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await Promise.all([...expectations].map(lastRead));
      subscription?.then((stop) => stop()).catch(() => undefined);
    },
  };
}
