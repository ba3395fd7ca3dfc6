import { expect, vi } from 'vitest';
import { agent, customer } from '../e2e/world.ts';
import { until } from '../support/until.ts';
import { cdrList, type FaultWorld, keyPrefix } from './fault-world.ts';

/** Where a call may be when the fault strikes, from its acceptance to the job of its next attempt. */
export const phases = [
  'accepted',
  'queued',
  'fence taken',
  'Originate sent',
  'dial1 ringing',
  'dial1 answered',
  'dial2 ringing',
  'talking',
  'hung up',
  'settled',
  'CDR written',
  'next attempt queued',
] as const;
export type Phase = (typeof phases)[number];

/** One call, held in its phase. */
export interface HeldCall {
  readonly dial1: string;
  readonly dial2: string;
  /** Known at last when the API has answered: the client asks under one key until it does. */
  readonly id: Promise<string>;
}

export type HeldCalls = Readonly<Record<Phase, HeldCall>>;

/** Long enough to be there still when every call has reached its phase. */
const ringSeconds = 12;
const withinMs = 15_000;
/** Rings for a while each time: once is enough. */
const once = { retryPolicy: { maxRetries: 1, delaySeconds: 1, perDisposition: { no_answer: { maxRetries: 0 } } } };

/** Brings one call into each phase, all at once in one world. What is done to the processes is undone by `world.release()`. */
export async function reachAllPhases(world: FaultWorld): Promise<HeldCalls> {
  const { phones, asterisk } = world.pbx;
  const { redisOf, amiOf } = world;
  const invited = (user: string) => phones.waitForInvite((invite) => invite.user === user, withinMs);
  const channels = () => asterisk.cli('core show channels concise');

  // What phones hold by themselves.
  const [ringing, answered, ringing2, talking] = [
    place(world, 1, agent('ringsForEver', 1), customer('answers', 1), once),
    // Asked, and nobody ever says a word: dial2 neither rings nor refuses.
    place(world, 2, customer('answers', 2), agent('deadContact', 2), once),
    place(world, 3, agent('answers', 3), customer('ringsForEver', 3), once),
    place(world, 4, agent('answers', 4), customer('answers', 4), { talkLimitSeconds: ringSeconds }),
  ];
  await Promise.all([
    invited(ringing.dial1),
    invited(ringing2.dial2),
    // dial1 of the one, dial2 of the other.
    until(async () => [...(await channels()).matchAll(/^PJSIP\/carrier-.*!Up!/gm)].length === 2, {
      what: 'one dial1 and one dial2 of the carrier have answered',
    }),
  ]);

  // What the results process does after an attempt, held from the last step to the first: each stop leaves the steps before it free.
  const retry = { retryPolicy: { maxRetries: 1, delaySeconds: 4 } };
  const nextQueued = world.stop(redisOf.results, `${keyPrefix}:dial:`, 'callId');
  const next = place(world, 5, agent('busy', 5), customer('answers', 5), retry);
  await reached(nextQueued, 'next attempt queued');
  const cdrWritten = world.stop(redisOf.results, 'PUSH', cdrList);
  const written = place(world, 6, agent('busy', 6), customer('answers', 6), retry);
  await reached(cdrWritten, 'CDR written');
  const settledAt = world.stop(redisOf.results, `${keyPrefix}:cdr:`, `${keyPrefix}:call:`);
  const settled = place(world, 7, agent('busy', 7), customer('answers', 7), retry);
  await reached(settledAt, 'settled');
  // The results process cannot read any more: what is over now is known, and not settled.
  const hungUp = place(world, 8, agent('answers', 8), customer('answersAndHangsUp', 8));
  const hungUpId = await hungUp.id;
  await invited(hungUp.dial2);
  await until(
    async () => {
      const { attemptId } = (await record(world, hungUpId)).state;
      return (await world.books.exists(`${keyPrefix}:results:${attemptId}`)) === 1;
    },
    { what: 'the call that was hung up has its results job' },
  );

  // The dialer: first what it sends to the PBX, then what it asks Redis.
  const originating = agent('ringsForEver', 9);
  const originated = world.stop(amiOf.dialer, 'Originate', originating);
  const sent = place(world, 9, originating, customer('answers', 9), once);
  await reached(originated, 'Originate sent');
  await invited(sent.dial1);
  const fencing = world.stop(redisOf.dialer, 'pbxs-with-open', `${keyPrefix}:attempt:`);
  const fenced = place(world, 10, agent('answersAndHangsUp', 10), customer('answers', 10), {
    dial1RingTimeoutSeconds: 20,
  });
  await reached(fencing, 'fence taken');
  const queued = place(world, 11, agent('answersAndHangsUp', 11), customer('answers', 11));
  const queuedId = await queued.id;
  await until(
    async () => {
      const { attemptId } = (await record(world, queuedId)).state;
      return (await world.books.lpos(`${keyPrefix}:dial:active`, attemptId)) !== null;
    },
    { what: 'the queued call’s job is at its gates' },
  );

  // Last the API, which answers nobody from here on.
  const accepting = world.stop(redisOf.api, 'call-12', 'MSET');
  const accepted = place(world, 12, agent('answersAndHangsUp', 12), customer('answers', 12));
  await reached(accepting, 'accepted');

  return {
    accepted,
    queued,
    'fence taken': fenced,
    'Originate sent': sent,
    'dial1 ringing': ringing,
    'dial1 answered': answered,
    'dial2 ringing': ringing2,
    talking,
    'hung up': hungUp,
    settled,
    'CDR written': written,
    'next attempt queued': next,
  };
}

/** As a careful client does: the same key until there is an answer. */
function place(
  { redial }: FaultWorld,
  n: number,
  dial1: string,
  dial2: string,
  more: Readonly<Record<string, unknown>> = {},
): HeldCall {
  const call = {
    dial1: dial1.startsWith('27') ? `+${dial1}` : dial1,
    dial2: dial2.startsWith('27') ? `+${dial2}` : dial2,
    trunk: 'carrier',
    reference: `call-${n}`,
    dial1RingTimeoutSeconds: ringSeconds,
    dial2RingTimeoutSeconds: ringSeconds,
    // May be used after an attempt that never rang, and must not be after one whose end nobody knows.
    retryPolicy: { maxRetries: 1, delaySeconds: 1, networkBudget: { delaySeconds: 1 } },
    ...more,
  };
  const id = vi.waitFor(
    async () => {
      const answer = await redial.request('POST', '/v1/calls', call, { 'idempotency-key': `call-${n}` });
      expect(answer).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^call_/) } });
      return String(answer.body.id);
    },
    { timeout: 90_000, interval: 200 },
  );
  id.catch(() => undefined); // Whoever needs it awaits it.
  return { dial1, dial2, id };
}

async function reached(point: { readonly reached: Promise<void> }, phase: Phase): Promise<void> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new Error(`no call came to "${phase}"`)), withinMs);
  try {
    await Promise.race([point.reached, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A call's record, read past the API. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever is there, and asserts on it
export async function record({ books }: FaultWorld, callId: string): Promise<any> {
  const text = (await books.get(`${keyPrefix}:call:${callId}`)) ?? '';
  return JSON.parse(text.slice(text.indexOf('{')));
}
