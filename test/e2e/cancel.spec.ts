import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read } from './world.ts';

describe('given a call that is canceled', () => {
  const world = aWorld();
  const cancel = (id: string) => world.redial.request('POST', `/v1/calls/${id}/cancel`);

  it('when it waits, then it ends and no phone ever rings', async () => {
    const dial1 = agent('answers', 1);
    const id = await place(world, {
      dial1,
      dial2: `+${customer('answers', 1)}`,
      notBefore: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: 'canceled' } });
    expect(await read(world, id)).toMatchObject({ state: 'canceled', attempts: [] });
    expect(invites(world, dial1)).toBe(0);
  });

  it('when dial1 rings, then it is hung up and its CDR states canceled', async () => {
    const dial1 = agent('ringsForEver', 1);
    const id = await place(world, {
      dial1,
      dial2: `+${customer('answers', 2)}`,
      dial1RingTimeoutSeconds: 60,
      retryPolicy: { maxRetries: 3, delaySeconds: 0 },
    });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial1, 10_000);
    expect((await cancel(id)).status).toBe(202);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      disposition: 'canceled',
      endedBy: 'redial',
      // Asterisk names no cause for a ringing channel that AMI hangs up.
      dial1: { disposition: 'canceled', cause: null, reason: 0 },
      dial2: { disposition: 'not_dialed', cause: null },
    });
    expect(await read(world, id)).toMatchObject({ state: 'canceled' });
    expect(invites(world, dial1)).toBe(1);
  });

  it('when dial2 rings, then both are hung up and its CDR states canceled', async () => {
    const [dial1, dial2] = [agent('answers', 2), customer('ringsForEver', 2)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, dial2RingTimeoutSeconds: 60 });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial2, 10_000);
    await cancel(id);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      disposition: 'canceled',
      endedBy: 'redial',
      dial1: { disposition: 'answered', cause: null },
      dial2: { disposition: 'canceled', dialStatus: 'CANCEL' },
    });
    // dial2 gave no final answer. It has a cause only if its own Hangup was seen before the attempt was concluded.
    expect([16, null]).toContain(cdr.dial2.cause);
    expect(await read(world, id)).toMatchObject({ state: 'canceled' });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  });

  it('when both talk, then they are hung up, and the CDR states that they talked', async () => {
    const [dial1, dial2] = [agent('answers', 3), customer('answers', 3)];
    const id = await place(world, { dial1, dial2: `+${dial2}` });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial2, 10_000);
    await expect.poll(() => world.pbx.asterisk.cli('core show channels concise')).toMatch(/^PJSIP\/carrier-.*!Up!/m);
    await cancel(id);
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      disposition: 'answered',
      connected: true,
      endedBy: 'redial',
      dial1: { disposition: 'answered', cause: 16 },
      dial2: { disposition: 'answered', cause: 16, sipCode: 200, dialStatus: 'ANSWER' },
    });
    expect(await read(world, id)).toMatchObject({ state: 'canceled' });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  });

  it('when it has ended already, then nothing changes and the answer states that', async () => {
    const id = await place(world, { dial1: agent('busy', 1), dial2: `+${customer('answers', 4)}` });
    await world.redial.inbox.next(id);
    expect((await cancel(id)).status).toBe(409);
    expect(await read(world, id)).toMatchObject({ state: 'exhausted' });
  });
});
