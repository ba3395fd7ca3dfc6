import type { CallStatus } from '@redial/call';
import { expect, it } from 'vitest';
import { type Answer, status } from '../../support/webhook-receiver.ts';
import { aCrashWorld } from './crash-world.ts';
import { anAttempt, busy, type InFlight, theNextAttempt } from './under-way.ts';

/** The CDR that the receiver refuses, and how often it has refused it. */
let refused: string | undefined;
let refusals = 0;
const moody: Answer = (response, socket, received) => {
  const isRefused = JSON.parse(received.body).data.id === refused && refusals++ < 1;
  status(isRefused ? 503 : 204)(response, socket, received);
};
const world = aCrashWorld({ receive: moody });

const received = () => world.receiver.received.map(({ body }) => JSON.parse(body).data.id);

async function end({ call, attempt }: InFlight, becomes: CallStatus): Promise<void> {
  const { store, queues } = world;
  const result = { callId: call.id, attemptId: attempt.id, reportedBy: 'dialer', evidence: busy(Date.now()) };
  await queues.results.add(result);
  await expect.poll(async () => (await store.readCall(call.id))?.value.state.status, { timeout: 10_000 }).toBe(becomes);
}

it('given a webhook that refuses the CDR of a first attempt for a while, when the second has ended too, then it gets the second after the first, and another call’s at once', async () => {
  await world.start('results', 0, { isSound: true });
  const first = await anAttempt(world.store, { maxRetries: 1, delaySeconds: 0 });
  refused = first.attempt.id;
  await end(first, 'waiting');
  const second = await theNextAttempt(world.store, first);
  await end(second, 'exhausted');
  const other = await anAttempt(world.store, { maxRetries: 0 });
  await end(other, 'exhausted');
  await expect.poll(received, { timeout: 10_000 }).toEqual([first.attempt.id, other.attempt.id]);
  await expect.poll(() => received().length, { timeout: 20_000 }).toBe(4);
  expect(received()).toEqual([first, other, first, second].map(({ attempt }) => attempt.id));
  await expect.poll(() => world.store.countUndelivered(), { timeout: 5_000 }).toBe(0);
  expect(await world.store.readDelivery(`${second.attempt.id}.crm`)).toMatchObject({ status: 'delivered', tries: 1 });
});
