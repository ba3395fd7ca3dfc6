import { CallId } from '@redial/call';
import { createStore } from '@redial/store';
import { expect, vi } from 'vitest';
import type { StopPoint } from '../support/tcp-proxy.ts';
import { type FaultWorld, keyPrefix } from './fault-world.ts';
import type { Phase } from './phases.ts';

/** One call, held in its phase. */
export interface HeldCall {
  readonly dial1: string;
  readonly dial2: string;
  /** The client's own reference, which finds the call before the API has answered. */
  readonly reference: string;
  /** Known when the API has answered: the client repeats its request with one key until then. */
  readonly id: Promise<string>;
  /** Where a process was stopped to hold it. */
  readonly heldAt?: StopPoint;
}

/** By the phases in which a world holds calls. */
export type HeldCalls = Readonly<Partial<Record<Phase, HeldCall>>>;

/** Places the n-th call as a careful client: with the same key until there is an answer. */
export function place(
  { redial }: FaultWorld,
  n: number,
  dial1: string,
  dial2: string,
  more: Readonly<Record<string, unknown>> = {},
): HeldCall {
  const reference = `call-${String(n).padStart(2, '0')}`;
  const call = {
    dial1: dial1.startsWith('27') ? `+${dial1}` : dial1,
    dial2: dial2.startsWith('27') ? `+${dial2}` : dial2,
    trunk: 'carrier',
    reference,
    dial1RingTimeoutSeconds: 12,
    dial2RingTimeoutSeconds: 12,
    // May be used after an attempt that never rang, and must not be after one with an unknown end.
    retryPolicy: { maxRetries: 1, delaySeconds: 1, networkBudget: { delaySeconds: 1 } },
    ...more,
  };
  const id = vi.waitFor(
    async () => {
      const answer = await redial.request('POST', '/v1/calls', call, { 'idempotency-key': reference });
      expect(answer).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^call_/) } });
      return String(answer.body.id);
    },
    { timeout: 90_000, interval: 200 },
  );
  id.catch(() => undefined); // Callers that need it await it.
  return { dial1, dial2, reference, id };
}

/** A call's record, read directly from Redis. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever is there, and asserts on it
export async function record({ books }: FaultWorld, callId: string): Promise<any> {
  const call = await createStore({ redis: books, prefix: keyPrefix }).readCall(CallId.parse(callId));
  return call?.value;
}

/** The id of a call in Redis. Perhaps no client has received it. */
export async function idInBooks({ books }: FaultWorld, { reference }: HeldCall): Promise<string | undefined> {
  const [member] = await books.zrange(
    `${keyPrefix}:calls-by-reference:acme`,
    `[${reference} `,
    `(${reference}!`,
    'BYLEX',
  );
  return member && `call_${member.slice(-26)}`;
}
