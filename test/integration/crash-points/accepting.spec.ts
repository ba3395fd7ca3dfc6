import type { CallId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { aCrashWorld } from './crash-world.ts';
import type { MortalProcess } from './mortal-process.ts';

/**
 * The API is killed before its first operation for a request, before its second, and so on, until it answers. The
 * points lie between the record and its job, and between these and the answer. No dialer runs meanwhile. Then a dialer
 * and a sweeper work on what is left.
 */
const world = aCrashWorld();
/** Later than the sweeper leaves calls to the process that accepted them. */
const laterMs = 60_000;
/** Enough calls, due late enough, that their jobs are added while their records are written. */
const batch = { calls: 100, dueInMs: 120_000 };

/** Each of its jobs is one operation like the others: first every operation, then every twentieth. */
const besideTheJobs = (requests: number) => (requests < 8 ? requests : 8 + (requests - 8) * 20);

interface Posted {
  /** As far as the client knows. */
  readonly wasAccepted: boolean;
  /** The agent's phone that all calls of the request ring. */
  readonly dial1: string;
}

/** Phones of busy agents: one INVITE each, and the call has ended. */
let phones = 0;
const nextPhone = () => `12${String(phones++).padStart(2, '0')}`;

/** No two calls to one number: one would wait for the other. */
let numbers = 0;
const nextNumber = () => `+2782${String(numbers++).padStart(7, '0')}`;

const aCall = (dial1: string, more: object) => ({
  dial1,
  dial2: nextNumber(),
  reference: dial1,
  retryPolicy: { maxRetries: 0 },
  ...more,
});

async function post(api: MortalProcess, path: string, body: unknown): Promise<boolean> {
  const answer = await fetch(api.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (answer !== undefined && ![200, 202].includes(answer.status))
    throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer !== undefined;
}

/**
 * One request after the other, each to an API that lives for more operations: one more, unless `livesFor` returns
 * another number.
 */
async function postUntilThrough(
  send: (api: MortalProcess, dial1: string) => Promise<boolean>,
  livesFor = (requests: number) => requests,
): Promise<Posted[]> {
  const posted: Posted[] = [];
  for (;;) {
    const api = await world.start('api', 0);
    const dial1 = nextPhone();
    world.failPoint.arm(livesFor(posted.length), () => api.kill());
    posted.push({ wasAccepted: await send(api, dial1), dial1 });
    const isThrough = !world.failPoint.hasStruck;
    api.kill();
    await api.gone;
    world.failPoint.disarm();
    if (isThrough) return posted;
  }
}

/**
 * Processes that stay alive work on what is left, when it is due. Resolves with the recorded calls of each request, all
 * ended.
 */
async function dialWhatIsLeft(aheadMs: number): Promise<ReadonlyMap<string, number>> {
  const [dialer, results] = await Promise.all(
    (['dialer', 'results'] as const).map((kind) => world.start(kind, aheadMs, { isSound: true })),
  );
  const { calls } = await world.store.listCalls({ tenantId: 'acme', limit: 10_000 });
  const open = async () =>
    (await Promise.all(calls.map(({ value }) => stateOf(value.id)))).filter((s) => s !== 'exhausted');
  await expect.poll(open, { timeout: 60_000, interval: 200 }).toEqual([]);
  await expectNothingLeft(calls.length);
  for (const process of [dialer, results]) {
    process?.kill();
    await process?.gone;
  }
  await world.redis.del(`${world.prefix}:lease:sweeper`);
  const recorded = new Map<string, number>();
  for (const { value } of calls) recorded.set(value.reference, (recorded.get(value.reference) ?? 0) + 1);
  return recorded;
}

/**
 * All of a request's calls were recorded, or none, and each was dialled once. At least one request was recorded without
 * a confirmation.
 */
function expectAllOrNothing(
  posted: readonly Posted[],
  callsOfOne: number,
  recorded: ReadonlyMap<string, number>,
): void {
  expect(posted.length, 'operations of an acceptance').toBeGreaterThan(3);
  expect(posted.at(-1)).toMatchObject({ wasAccepted: true });
  expect(posted.filter(({ wasAccepted }) => !wasAccepted).length).toBeGreaterThan(2);
  for (const { wasAccepted, dial1 } of posted) {
    const calls = recorded.get(dial1) ?? 0;
    expect(wasAccepted ? [callsOfOne] : [0, callsOfOne]).toContain(calls);
    expect(world.pbx.phones.invitesTo(dial1), `INVITEs of ${dial1}`).toHaveLength(calls);
  }
  const unconfirmed = posted.filter(({ wasAccepted, dial1 }) => !wasAccepted && recorded.has(dial1));
  expect(unconfirmed.length, 'requests that were recorded and not confirmed').toBeGreaterThan(0);
}

describe('given an API that dies while it accepts', () => {
  it('when it dies between any two of its operations, then confirmed calls are dialled once, and no call twice', async () => {
    const posted = await postUntilThrough((api, dial1) => post(api, '/v1/calls', aCall(dial1, {})));
    expectAllOrNothing(posted, 1, await dialWhatIsLeft(laterMs));
  }, 300_000);

  it('when it is a large batch, whose jobs are added while its records are written, then that holds for the whole batch', async () => {
    const posted = await postUntilThrough((api, dial1) => {
      const notBefore = new Date(Date.now() + batch.dueInMs).toISOString();
      return post(api, '/v1/calls/batch', {
        calls: Array.from({ length: batch.calls }, () => aCall(dial1, { notBefore })),
      });
    }, besideTheJobs);
    expectAllOrNothing(posted, batch.calls, await dialWhatIsLeft(batch.dueInMs + laterMs));
  }, 300_000);
});

async function stateOf(id: CallId): Promise<string | undefined> {
  return (await world.store.readCall(id))?.value.state.status;
}

/** Every call has one CDR, and neither records nor queues hold unfinished work. */
async function expectNothingLeft(calls: number): Promise<void> {
  const { store, queues, redis, list } = world;
  await expect.poll(() => store.countUndelivered(), { timeout: 10_000 }).toBe(0);
  const ids = (await redis.lrange(list, '0', '-1')).map((entry) => JSON.parse(entry).callId);
  expect([ids.length, new Set(ids).size]).toEqual([calls, calls]);
  expect(await store.pbxsWithOpenAttempts()).toEqual([]);
  expect(await store.countOverdue(Number.MAX_SAFE_INTEGER)).toBe(0);
  const { dial } = await jobCounts(queues);
  expect(dial).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
}
