import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read, untilBothTalk, untilHeldBy } from './world.ts';

/** No phone rings against a rule: INVITEs are the proof, and the reason is in `whyNotDialedYet`. */
describe('given limits and rules', () => {
  const never = customer('answers', 900);
  const capped = customer('busy', 901);
  const world = aWorld({
    trunks: { carrier: { maxCalls: 1 }, carrier2: { maxCallsPerSecond: 2 } },
    tenant: { doNotCall: [never], caps: { attemptsPerNumberPerDay: 2 } },
  });

  /** Holds the only permit of the trunk `carrier` for `seconds`. */
  async function talkOnCarrier(which: number, seconds: number): Promise<string> {
    const dial2 = customer('answers', which);
    const id = await place(world, { dial1: agent('answers', which), dial2: `+${dial2}`, talkLimitSeconds: seconds });
    await untilBothTalk(world, dial2);
    return id;
  }

  it('when a trunk of one call carries one, then the second waits for its end and states it', async () => {
    const [dial1, dial2] = [agent('answersAndHangsUp', 2), customer('answers', 2)];
    const first = await talkOnCarrier(1, 3);
    const second = await place(world, { dial1, dial2: `+${dial2}` });
    expect(await untilHeldBy(world, second, 'trunk.carrier')).toMatchObject({
      attempts: [],
      attemptsMade: 0,
      whyNotDialedYet: { sentence: expect.stringContaining('trunk.carrier is at its limit of calls under way') },
    });
    expect(invites(world, dial1)).toBe(0);
    const [before] = await world.redial.inbox.next(first);
    const [after] = await world.redial.inbox.next(second);
    expect([before, after]).toMatchObject([
      { disposition: 'answered', attemptNumber: 1 },
      { disposition: 'answered', attemptNumber: 1 },
    ]);
    expect(world.pbx.phones.invitesTo(dial1).map(({ at }) => at >= Date.parse(before.endedAt))).toEqual([true]);
    expect(invites(world, dial2)).toBe(1);
  });

  it('when many calls want a trunk of one call, then no two are ever under way at once', async () => {
    const ids = await Promise.all(
      [1, 2, 3, 4].map((n) => place(world, { dial1: agent('busy', n), dial2: `+${customer('answers', 10 + n)}` })),
    );
    const cdrs = (await Promise.all(ids.map((id) => world.redial.inbox.next(id)))).map(([cdr]) => cdr);
    const inOrder = cdrs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    expect(inOrder).toMatchObject(Array(4).fill({ disposition: 'busy', dial1: { cause: 17 } }));
    for (const [i, next] of inOrder.slice(1).entries())
      expect(Date.parse(next.startedAt)).toBeGreaterThanOrEqual(Date.parse(inOrder[i].endedAt));
    expect([1, 2, 3, 4].map((n) => invites(world, agent('busy', n)))).toEqual([1, 1, 1, 1]);
  });

  it('when ten calls are due for one agent, then one phone rings at a time, the others wait and state why, and none uses up a retry', async () => {
    const dial1 = agent('answersAndHangsUp', 3);
    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        place(world, { dial1, dial2: agent('answers', 70 + n), retryPolicy: { maxRetries: 0, delaySeconds: 0 } }),
      ),
    );
    const sentences = async () =>
      (await Promise.all(ids.map((id) => read(world, id)))).map(({ whyNotDialedYet }) => whyNotDialedYet?.sentence);
    await expect
      .poll(sentences, { timeout: 5_000, interval: 20 })
      .toContainEqual(expect.stringContaining(`extension ${dial1} is in another call`));
    const cdrs = (await Promise.all(ids.map((id) => world.redial.inbox.next(id)))).map(([cdr]) => cdr);
    expect(cdrs).toMatchObject(Array(10).fill({ disposition: 'answered', attemptNumber: 1 }));
    const inOrder = cdrs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    for (const [i, next] of inOrder.slice(1).entries())
      expect(Date.parse(next.startedAt)).toBeGreaterThanOrEqual(Date.parse(inOrder[i].endedAt));
    expect(invites(world, dial1)).toBe(10);
  });

  it('when two calls are due for one number, then it rings once at a time, and the other states it without the number', async () => {
    const dial2 = customer('answersAndHangsUp', 80);
    const two = [agent('answers', 80), agent('answers', 81)];
    const ids = await Promise.all(two.map((dial1) => place(world, { dial1, dial2: `+${dial2}`, trunk: 'carrier2' })));
    const cdrs = (await Promise.all(ids.map((id) => world.redial.inbox.next(id)))).map(([cdr]) => cdr);
    const [first, second] = cdrs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    expect(Date.parse(second.startedAt)).toBeGreaterThanOrEqual(Date.parse(first.endedAt));
    expect(invites(world, dial2)).toBe(2);
    expect(world.redial.dialer.log()).not.toContain(dial2);
  });

  it('when the network has no line, then the number’s daily count is unchanged: it has not rung', async () => {
    const dial2 = customer('unavailable', 90);
    const id = await place(world, {
      dial1: agent('answers', 90),
      dial2: `+${dial2}`,
      trunk: 'carrier2',
      retryPolicy: { networkBudget: { maxRetries: 3, windowSeconds: 600, delaySeconds: 0 } },
    });
    const cdrs = await world.redial.inbox.next(id, 4);
    expect(cdrs).toMatchObject(Array(4).fill({ disposition: 'congestion', dial2: { sipCode: 503 } }));
    expect(await read(world, id)).toMatchObject({ state: 'exhausted', attemptsMade: 4 });
  });

  it('when both legs want a trunk of one call, then it is blocked: it could never be dialled', async () => {
    const [dial1, dial2] = [customer('answers', 20), customer('answers', 21)];
    const id = await place(world, { dial1: `+${dial1}`, dial2: `+${dial2}` });
    await expect
      .poll(() => read(world, id), { timeout: 10_000 })
      .toMatchObject({
        state: 'blocked',
        whyNotDialedYet: { gate: 'trunk.carrier' },
      });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([0, 0]);
  });

  it('when a trunk starts two calls a second, then six phones ring no faster than that', async () => {
    const users = [1, 2, 3, 4, 5, 6].map((n) => agent('declines', n));
    const begunAt = Date.now();
    const ids = await Promise.all(
      users.map((dial1, n) => place(world, { dial1, dial2: `+${customer('answers', 30 + n)}`, trunk: 'carrier2' })),
    );
    const cdrs = (await Promise.all(ids.map((id) => world.redial.inbox.next(id)))).map(([cdr]) => cdr);
    expect(cdrs).toMatchObject(Array(6).fill({ disposition: 'rejected', dial1: { cause: 21 } }));
    const seen = users
      .flatMap((user) => world.pbx.phones.invitesTo(user).map(({ at }) => at))
      .toSorted((a, b) => a - b);
    expect(seen).toHaveLength(6);
    // The n-th start is granted n intervals after the first at the earliest. The limit does not decide how late a phone
    // rings.
    for (const [n, at] of seen.entries()) expect(at).toBeGreaterThanOrEqual(begunAt + n * 500 - 2);
  });

  it('when its time passes while it waits, then it is expired and never rings', async () => {
    const [dial1, dial2] = [agent('answers', 51), customer('answers', 51)];
    const first = await talkOnCarrier(50, 4);
    const id = await place(world, {
      dial1,
      dial2: `+${dial2}`,
      expiresAt: new Date(Date.now() + 1_000).toISOString(),
      retryPolicy: { maxRetries: 3, delaySeconds: 0 },
    });
    await untilHeldBy(world, id, 'trunk.carrier');
    await expect.poll(async () => (await read(world, id)).state, { timeout: 10_000 }).toBe('expired');
    // The trunk is free again, and the phone still does not ring.
    await world.redial.inbox.next(first);
    expect(await read(world, id)).toMatchObject({ state: 'expired', attempts: [], attemptsMade: 0 });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([0, 0]);
    expect(world.redial.inbox.of(id)).toEqual([]);
  });

  it.each(['dial1', 'dial2'])(
    'when %s is on the do-not-call list, then the call is blocked and no phone rings',
    async (leg) => {
      const colleague = agent('answers', 60);
      const [dial1, dial2] = leg === 'dial1' ? [`+${never}`, colleague] : [colleague, `+${never}`];
      const id = await place(world, { dial1, dial2 });
      await expect
        .poll(() => read(world, id), { timeout: 10_000 })
        .toMatchObject({
          state: 'blocked',
          attempts: [],
          whyNotDialedYet: { gate: 'do_not_call', sentence: expect.stringContaining('do-not-call list') },
        });
      expect([invites(world, colleague), invites(world, never)]).toEqual([0, 0]);
      expect(world.redial.inbox.of(id)).toEqual([]);
    },
  );

  it('when a number has used up its attempts of today, then the next waits for midnight in the tenant’s zone', async () => {
    const dial1 = agent('answers', 61);
    const id = await place(world, { dial1, dial2: `+${capped}`, retryPolicy: { maxRetries: 5, delaySeconds: 0 } });
    const cdrs = await world.redial.inbox.next(id, 2);
    expect(cdrs).toMatchObject(Array(2).fill({ disposition: 'busy', dial2: { cause: 17, sipCode: 486 } }));
    const held = await untilHeldBy(world, id, 'cap');
    expect(held).toMatchObject({
      attemptsMade: 2,
      whyNotDialedYet: { until: expect.stringMatching(/T00:00:00(\.000)?\+02:00$/) },
    });
    expect([invites(world, dial1), invites(world, capped)]).toEqual([2, 2]);
  });
});

describe('given a calling window that opens tomorrow at eight', () => {
  const zone = 'Africa/Johannesburg';
  const tomorrow = new Date(Date.now() + 86_400_000);
  const inZone = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, ...options }).format(tomorrow);
  const weekday = inZone({ weekday: 'short' }).slice(0, 3).toLowerCase();
  const date = inZone({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const world = aWorld({ tenant: { callingWindows: [{ days: [weekday], from: '08:00', to: '17:00' }] } });

  it('when a number is called today, then it waits until the opening and states the time', async () => {
    const [dial1, dial2] = [agent('answers', 1), customer('answers', 1)];
    const id = await place(world, { dial1, dial2: `+${dial2}` });
    const opening = `${date}T08:00:00.000+02:00`;
    await expect
      .poll(() => read(world, id), { timeout: 10_000 })
      .toMatchObject({
        attempts: [],
        nextAttempt: { number: 1, dueAt: opening },
        whyNotDialedYet: { gate: 'window', until: opening, sentence: expect.stringContaining('calling window') },
      });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([0, 0]);
  });

  it('when colleagues call each other, then the window does not apply', async () => {
    const [dial1, dial2] = [agent('answers', 2), agent('answersAndHangsUp', 2)];
    const id = await place(world, { dial1, dial2 });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', dial2: { cause: 16 } });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  });
});

describe('given a paused tenant', () => {
  const world = aWorld({ tenant: { paused: true } });

  it('when it places a call, then it is accepted, waits and states why; after a cancel it ends without a ring', async () => {
    const dial1 = agent('answers', 1);
    const id = await place(world, { dial1, dial2: agent('answers', 2) });
    expect(await untilHeldBy(world, id, 'paused')).toMatchObject({
      attempts: [],
      whyNotDialedYet: { sentence: expect.stringContaining('the tenant is paused') },
    });
    const canceled = await world.redial.request('POST', `/v1/calls/${id}/cancel`);
    expect(canceled).toMatchObject({ status: 200, body: { state: 'canceled' } });
    expect(invites(world, dial1)).toBe(0);
  });
});
