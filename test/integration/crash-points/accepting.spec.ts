import type { CallId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { aCrashWorld } from './crash-world.ts';
import type { MortalProcess } from './mortal-process.ts';

/**
 * The API is killed before its first operation for a request, before its second, and so on, until it answers: between the record and
 * its job, and between either and the answer. Nobody dials meanwhile; then a dialer and a sweeper look at what was left.
 */
const world = aCrashWorld();
/** Later than the sweeper leaves calls to whoever accepted them. */
const laterMs = 60_000;

interface Posted {
  /** As the client knows it. */
  readonly wasAccepted: boolean;
  /** Agents' phones, one for each call of the request. */
  readonly dial1: readonly string[];
}

/** Phones of agents who are busy: one INVITE each, and the call has ended. */
let phones = 0;
const nextPhone = () => `12${String(phones++).padStart(2, '0')}`;

const aCall = (dial1: string, more: object) => ({
  dial1,
  dial2: '+27820000001',
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
  if (answer !== undefined && answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer !== undefined;
}

/** One request after the other, each to an API that has one operation more to live. */
async function postUntilThrough(send: (api: MortalProcess, dial1: string) => Promise<boolean>): Promise<Posted[]> {
  const posted: Posted[] = [];
  for (;;) {
    const api = await world.start('api', 0);
    const dial1 = nextPhone();
    world.failPoint.arm(posted.length, () => api.kill());
    posted.push({ wasAccepted: await send(api, dial1), dial1: [dial1] });
    const isThrough = !world.failPoint.hasStruck;
    api.kill();
    await api.gone;
    world.failPoint.disarm();
    if (isThrough) return posted;
  }
}

describe('given an API that dies while it accepts', () => {
  it('when it dies between any two of its operations, then what it confirmed is dialled once, and nothing twice', async () => {
    const posted = await postUntilThrough((api, dial1) => post(api, '/v1/calls', aCall(dial1, {})));
    expect(posted.at(-1)).toMatchObject({ wasAccepted: true });
    expect(posted.length, 'operations of an acceptance').toBeGreaterThan(3);
    expect(posted.filter(({ wasAccepted }) => !wasAccepted).length).toBeGreaterThan(2);

    await Promise.all((['dialer', 'results'] as const).map((kind) => world.start(kind, laterMs, { isSound: true })));
    const { calls } = await world.store.listCalls({ tenantId: 'acme', limit: 100 });
    const open = async () =>
      (await Promise.all(calls.map(({ value }) => stateOf(value.id)))).filter((s) => s !== 'exhausted');
    await expect.poll(open, { timeout: 30_000 }).toEqual([]);

    const recorded = new Set(calls.map(({ value }) => value.reference));
    for (const { wasAccepted, dial1 } of posted) {
      for (const phone of dial1) {
        if (wasAccepted) expect(recorded).toContain(phone);
        expect(world.pbx.phones.invitesTo(phone), `INVITEs of ${phone}`).toHaveLength(recorded.has(phone) ? 1 : 0);
      }
    }
    expect(recorded.size, 'calls that were recorded and not confirmed').toBeGreaterThan(
      posted.filter(({ wasAccepted }) => wasAccepted).length,
    );
    await expectNothingLeft(calls.length);
  }, 300_000);
});

async function stateOf(id: CallId): Promise<string | undefined> {
  return (await world.store.readCall(id))?.value.state.status;
}

/** Every call has its one CDR, and neither records nor queues have anything to do. */
async function expectNothingLeft(calls: number): Promise<void> {
  const { store, queues, redis, list } = world;
  await expect.poll(() => store.countUndelivered(), { timeout: 10_000 }).toBe(0);
  const ids = (await redis.lrange(list, '0', '-1')).map((entry) => JSON.parse(entry).callId);
  expect([ids.length, new Set(ids).size]).toEqual([calls, calls]);
  expect(await store.pbxsWithOpenAttempts()).toEqual([]);
  expect(await store.countOverdue(Number.MAX_SAFE_INTEGER)).toBe(0);
  const { dial } = await queues.counts();
  expect(dial).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
}
