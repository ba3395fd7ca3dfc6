import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read } from './world.ts';

describe('given a dialer that has one attempt under way at a time', () => {
  const world = aWorld({ env: { REDIAL_DIALER_CONCURRENCY: '1' } });

  it('when calls of several priorities wait for it, then they are dialled in that order, and first come first in each', async () => {
    const occupant = agent('ringsForEver', 1);
    const first = await place(world, { dial1: occupant, dial2: agent('answers', 1), dial1RingTimeoutSeconds: 60 });
    await world.pbx.phones.waitForInvite((invite) => invite.user === occupant, 10_000);

    const waiting = [9, 5, 0, 7, 5, 1].map((priority, n) => {
      // Each call has its own phones: no call waits for another's.
      return { priority, dial1: agent('declines', n), dial2: `+${customer('answers', n)}` };
    });
    const ids: string[] = [];
    for (const call of waiting) ids.push(await place(world, call));
    for (const id of ids)
      expect(await read(world, id)).toMatchObject({ state: 'queued', whyNotDialedYet: { gate: 'queue' } });
    expect(waiting.map(({ dial1 }) => invites(world, dial1))).toEqual([0, 0, 0, 0, 0, 0]);

    await world.redial.request('POST', `/v1/calls/${first}/cancel`);
    const cdrs = await Promise.all(ids.map((id) => world.redial.inbox.next(id)));
    expect(cdrs.flat()).toMatchObject(Array(6).fill({ disposition: 'rejected', dial1: { cause: 21 } }));
    const inOrder = waiting.toSorted((a, b) => a.priority - b.priority).map(({ dial1 }) => dial1);
    expect(world.pbx.phones.invites().map(({ user }) => user)).toEqual([occupant, ...inOrder]);
  });
});
