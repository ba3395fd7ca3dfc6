import { type AttemptId, attemptToAsk, type CallId, type Dial1Outcome } from '@redial/call';
import type { Waits } from '@redial/dialects';
import type { Clock, Logger } from '@redial/platform';
import type { Store } from '@redial/store';
import pTimeout from 'p-timeout';
import { type KnownOutcomes, knownOutcomes } from './known-outcomes.ts';
import { sharedReads } from './shared-reads.ts';

/**
 * Clients that hold their connection open until dial1's outcome is known.
 *
 * O1  One subscription per process, made when the first client waits, and one timer per client: nobody polls.
 * O2  Hints says "look again"; what is told is read from the records. Hints that was missed costs time at most: the records are read again
 *     whenever the subscription is made again, and once more before a client is told that nothing is known.
 * O3  A call is read by one read at a time, however many wait for it and however fast hints comes.
 * O4  A client that has gone leaves nothing behind.
 */
export interface OutcomeWaiter {
  /** Before the calls are committed, so that no hints is missed. Whoever expects must wait or cancel. */
  expect(callIds: readonly CallId[], waits: Waits): ExpectedOutcome;
  /** How many expect an outcome now. */
  readonly waiting: number;
  /** Everybody is told what is known now, and so is whoever comes later. */
  close(): Promise<void>;
}

export interface ExpectedOutcome {
  /**
   * Resolves once one of the calls is answered, or all have failed, or at `until` (a moment later where the storage is slow), or when the
   * waiter closes: one outcome for each call, `pending` where none is known. Undefined: the client has gone. To be called once; never rejects.
   */
  wait(gone: AbortSignal): Promise<readonly Dial1Outcome[] | undefined>;
  /** Nobody will wait. */
  cancel(): void;
}

export interface OutcomeWaiterPorts {
  readonly store: Pick<Store, 'onCallChanged' | 'readCall' | 'readAttempt'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** How long a last look may take: a client is not held up by a storage that hangs. */
const lastLookMs = 1_000;
/** Calls that could not be read are read again after this, all at once. */
const retryMs = 1_000;

interface Expectation {
  readonly callIds: readonly CallId[];
  readonly known: KnownOutcomes;
  /** Ends the waiting, if somebody waits already. */
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
        if (byCall.has(callId)) void look(callId);
      },
      () => {
        for (const callId of byCall.keys()) void look(callId);
      },
    );
    subscription.catch((err: unknown) => {
      subscription = undefined;
      logger.warn({ err }, 'hints of awaited calls cannot be heard; clients are told at the end of their time');
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

  /** Never rejects: what cannot be read is read again, as long as somebody waits. */
  async function look(callId: CallId): Promise<void> {
    try {
      await read(callId);
    } catch (err) {
      if (closed) return;
      unread.add(callId);
      retry ??= setTimeout(() => lookAgain(err), retryMs);
    }
  }

  function lookAgain(err: unknown): void {
    retry = undefined;
    const awaited = [...unread].filter((callId) => byCall.has(callId));
    unread.clear();
    if (awaited.length === 0) return;
    logger.warn({ err, calls: awaited.length }, 'awaited calls could not be read; they are read again');
    for (const callId of awaited) void look(callId);
  }

  async function lastLook(expectation: Expectation): Promise<void> {
    const looks = Promise.all(expectation.callIds.map(look));
    await pTimeout(looks, { milliseconds: lastLookMs, fallback: () => undefined });
    expectation.end?.();
  }

  async function wait(expectation: Expectation, until: number, gone: AbortSignal): ReturnType<ExpectedOutcome['wait']> {
    const { callIds, known } = expectation;
    const over = Promise.withResolvers<'told' | 'gone'>();
    const leave = (): void => over.resolve('gone');
    expectation.end = () => over.resolve('told');
    gone.addEventListener('abort', leave, { once: true });
    const timer = setTimeout(() => void lastLook(expectation), Math.max(0, until - clock.now()));
    if (gone.aborted) leave();
    else if (known.isDecided || !expectations.has(expectation)) expectation.end();
    else if (closed) void lastLook(expectation);
    else for (const callId of callIds) void look(callId);
    try {
      return (await over.promise) === 'told' ? known.outcomes : undefined;
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
      await Promise.all([...expectations].map(lastLook));
      subscription?.then((stop) => stop()).catch(() => undefined);
    },
  };
}
