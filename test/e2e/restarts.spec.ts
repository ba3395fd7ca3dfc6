import { setInterval as every } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { agent, aWorld, customer, invites, place, read, untilBothTalk } from './world.ts';

describe('given a call under way, and retries that it must not use', () => {
  const world = aWorld();
  const retryPolicy = { maxRetries: 3, delaySeconds: 0 };

  async function dial1Rings(which: number, dial1RingTimeoutSeconds = 4) {
    const [dial1, dial2] = [agent('ringsForEver', which), customer('answers', which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, dial1RingTimeoutSeconds });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial1, 10_000);
    return { id, dial1, dial2 };
  }
  async function bothTalk(which: number, talkLimitSeconds: number) {
    const [dial1, dial2] = [agent('answers', which), customer('answers', which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, talkLimitSeconds, retryPolicy });
    await untilBothTalk(world, dial2);
    return { id, dial1, dial2 };
  }
  const channels = () => world.pbx.asterisk.cli('core show channels count');

  it('when the dialer gets SIGTERM while dial1 rings, then it waits for dial1’s outcome and exits with 0', async () => {
    const { id, dial1, dial2 } = await dial1Rings(1);
    expect(await world.redial.dialer.stop()).toBe(0);
    expect(await channels()).toMatch(/^0 active channels/m);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'no_answer', lost: false, dial1: { cause: 19, reason: 3 } });
    world.redial.dialer.start();
    await world.redial.ready();
    expect(await read(world, id)).toMatchObject({ state: 'exhausted', attemptsMade: 1 });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 0]);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  });

  it('when all three get SIGTERM while both talk, then they exit with 0, the talk continues, and its CDR comes after the start', async () => {
    const { id, dial1, dial2 } = await bothTalk(2, 4);
    const { api, dialer, results } = world.redial;
    expect(await Promise.all([api, dialer, results].map((process) => process.stop()))).toEqual([0, 0, 0]);
    expect(await channels()).toMatch(/^2 active channels/m);
    for (const process of [api, dialer, results]) process.start();
    await world.redial.ready();
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true, dial2: { dialStatus: 'ANSWER' } });
    expect(cdr.talkMs).toBeGreaterThanOrEqual(3_500);
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  });

  it('when Asterisk is killed and restarted while both talk, then dial1 answered, dial2 is unknown, and it is not redialled', async () => {
    const { id, dial1, dial2 } = await bothTalk(3, 60);
    await hasRunForASecond();
    await world.pbx.asterisk.kill();
    await world.pbx.asterisk.restart();
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      disposition: 'unknown',
      connected: false,
      talkMs: null,
      dial1: { disposition: 'answered', cause: null },
      dial2: { disposition: 'unknown', cause: null, dialStatus: null },
      call: { state: 'unknown', nextAttemptAt: null },
    });
    await stillNothing(id, [dial1, dial2], [1, 1]);
  });

  it('when Asterisk is killed and restarted while dial1 rings, then it is unknown and not redialled', async () => {
    const { id, dial1, dial2 } = await dial1Rings(4, 30);
    await hasRunForASecond();
    await world.pbx.asterisk.kill();
    await world.pbx.asterisk.restart();
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      disposition: 'unknown',
      dial1: { disposition: 'unknown', cause: null, reason: null },
      dial2: { disposition: 'not_dialed' },
      call: { state: 'unknown', nextAttemptAt: null },
    });
    await stillNothing(id, [dial1, dial2], [1, 0]);
  });

  it('when all observers die with Asterisk during the talk, then it is still unknown and not redialled', async () => {
    const { id, dial1, dial2 } = await bothTalk(5, 60);
    const { dialer, results } = world.redial;
    await hasRunForASecond();
    await Promise.all([dialer.kill(), results.kill(), world.pbx.asterisk.kill()]);
    await world.pbx.asterisk.restart();
    for (const process of [dialer, results]) process.start();
    const [cdr] = await world.redial.inbox.next(id);
    // dial1's answer is known if its journal entry was a second old: Asterisk writes AstDB once a second.
    expect(cdr).toMatchObject({ disposition: 'unknown', connected: false, talkMs: null, call: { state: 'unknown' } });
    await stillNothing(id, [dial1, dial2], [1, 1]);
  });

  /**
   * Asterisk reports its start to the second. Two starts in one second look the same, and an operator does not do that.
   */
  async function hasRunForASecond(): Promise<void> {
    const uptime = async () =>
      Number(/uptime: ([0-9]+)/.exec(await world.pbx.asterisk.cli('core show uptime seconds'))?.[1]);
    await expect.poll(uptime, { timeout: 10_000 }).toBeGreaterThan(1);
  }

  /** A later call runs completely through the restarted PBX: a redialled call would have rung before its end. */
  async function stillNothing(id: string, users: readonly string[], seen: readonly number[]): Promise<void> {
    await world.redial.ready();
    const probe = await place(world, { dial1: agent('busy', 90), dial2: agent('answers', 90) });
    const [cdr] = await world.redial.inbox.next(probe);
    expect(cdr).toMatchObject({ disposition: 'busy', dial1: { cause: 17 } });
    expect(await read(world, id)).toMatchObject({ state: 'unknown', attemptsMade: 1, nextAttempt: null });
    expect(users.map((user) => invites(world, user))).toEqual(seen);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  }
});

describe('given calls that are placed continuously', () => {
  // One in three waits for its start, so that a dialer holds granted starts when it stops.
  const world = aWorld({ trunks: { carrier2: { maxCallsPerSecond: 4 } } });
  const kinds = [
    { dial1: 'answersAndHangsUp', dial2: 'answers', attempts: 1, state: 'completed', trunk: 'carrier' },
    { dial1: 'busy', dial2: 'answers', attempts: 2, state: 'exhausted', trunk: 'carrier' },
    { dial1: 'ringsThenAnswers', dial2: 'busy', attempts: 1, state: 'exhausted', trunk: 'carrier2' },
  ] as const;

  /** A careful client: it repeats the request with the same key until there is an answer. */
  async function placeSurely(n: number) {
    const kind = kinds[n % kinds.length] as (typeof kinds)[number];
    const dial1 = customer(kind.dial1, n);
    const call = {
      dial1: `+${dial1}`,
      dial2: `+${customer(kind.dial2, 5_000 + n)}`,
      trunk: kind.trunk,
      retryPolicy: { maxRetries: kind.attempts - 1, delaySeconds: 0 },
    };
    const answer = await vi.waitFor(
      async () => {
        const tried = await world.redial.request('POST', '/v1/calls', call, { 'idempotency-key': `rolling-${n}` });
        expect(tried.status).toBe(202);
        return tried;
      },
      { timeout: 30_000, interval: 100 },
    );
    return { ...kind, dial1, id: String(answer.body.id) };
  }

  it('when each process is restarted in turn, then every call has one CDR and one INVITE per attempt', async () => {
    const { api, dialer, results } = world.redial;
    const placing: ReturnType<typeof placeSurely>[] = [];
    const over = new AbortController();
    const load = (async () => {
      for await (const _ of every(100, undefined, { signal: over.signal })) placing.push(placeSurely(placing.length));
    })().catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });

    const codes = [await api.stop()];
    api.start();
    await world.redial.ready();
    // The next generation starts while the last one drains.
    for (const process of [dialer, results]) {
      const gone = process.stop();
      process.start();
      codes.push(await gone);
      await world.redial.ready();
    }
    await vi.waitFor(() => expect(placing.length).toBeGreaterThan(20), { timeout: 30_000 });
    over.abort();
    await load;
    expect(codes).toEqual([0, 0, 0]);

    const calls = await Promise.all(placing);
    await Promise.all(calls.map(({ id, attempts }) => world.redial.inbox.next(id, attempts)));
    const reported = await Promise.all(
      calls.map(async ({ id, dial1 }) => {
        const { state, attempts } = await read(world, id);
        const numbers = world.redial.inbox.of(id).map((cdr) => cdr.attemptNumber);
        return { id, state, attempts: attempts.length, cdrs: numbers, invites: invites(world, dial1) };
      }),
    );
    expect(reported).toEqual(
      calls.map(({ id, state, attempts }) => ({
        id,
        state,
        attempts,
        cdrs: Array.from({ length: attempts }, (_, i) => i + 1),
        invites: attempts,
      })),
    );
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
  });
});
