import { beforeEach, describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read, untilBothTalk } from './world.ts';

/** Connections that stay open and silent, and a Redis that goes down: no process gets a notice, and nothing is lost. */
describe('given calls under way', () => {
  const world = aWorld();
  const retryPolicy = { maxRetries: 3, delaySeconds: 0 };
  let which = 0;
  beforeEach(() => {
    which++;
  });

  async function bothTalk(talkLimitSeconds: number) {
    const [dial1, dial2] = [agent('answers', which), customer('answers', which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, talkLimitSeconds, retryPolicy });
    await untilBothTalk(world, dial2);
    return { id, dial1, dial2 };
  }
  async function dial1Rings(dial1RingTimeoutSeconds: number) {
    const [dial1, dial2] = [agent('ringsForEver', which), customer('answers', 100 + which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, dial1RingTimeoutSeconds, retryPolicy });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial1, 10_000);
    return { id, dial1, dial2 };
  }
  /** How often both processes have closed their AMI session because of silence. */
  const linksLost = () =>
    [world.redial.dialer, world.redial.results].map((process) => process.log().split('PBX disconnected').length - 1);
  const channels = () => world.pbx.asterisk.cli('core show channels count');

  it('when AMI goes silent while one talks and one rings, and is healed after the talk, then both have their one CDR', async () => {
    const talk = await bothTalk(6);
    const ring = await dial1Rings(40);
    const before = linksLost();
    world.ami.blackhole();
    await expect.poll(linksLost, { timeout: 30_000 }).toEqual(before.map((times) => times + 1));
    await expect.poll(channels, { timeout: 15_000 }).toMatch(/^1 active channel$/m);
    expect(world.redial.inbox.size).toBe(0);
    world.ami.heal();

    const [talked] = await world.redial.inbox.next(talk.id);
    expect(talked).toMatchObject({
      disposition: 'answered',
      connected: true,
      lost: false,
      dial1: { disposition: 'answered', cause: 16 },
      dial2: { disposition: 'answered', dialStatus: 'ANSWER' },
      call: { state: 'completed' },
    });
    // dial1 still rings, and Redial controls it again.
    await world.redial.ready();
    expect((await world.redial.request('POST', `/v1/calls/${ring.id}/cancel`)).status).toBe(202);
    const [rang] = await world.redial.inbox.next(ring.id);
    expect(rang).toMatchObject({
      disposition: 'canceled',
      endedBy: 'redial',
      lost: false,
      dial1: { disposition: 'canceled' },
      call: { state: 'canceled' },
    });
    expect(await channels()).toMatch(/^0 active channels/m);
    expect([invites(world, talk.dial1), invites(world, talk.dial2)]).toEqual([1, 1]);
    expect([invites(world, ring.dial1), invites(world, ring.dial2)]).toEqual([1, 0]);
    for (const { id } of [talk, ring]) {
      expect(await read(world, id)).toMatchObject({ attemptsMade: 1, nextAttempt: null });
      expect(world.redial.inbox.of(id)).toHaveLength(1);
    }
  });

  it('when Redis is killed while both talk and is back before the end, then there is one CDR', async () => {
    const { id, dial1, dial2 } = await bothTalk(5);
    await world.redis.kill();
    await world.redis.restart();
    await oneCdr(id, dial1, dial2);
  });

  it('when Redis is killed while both talk and is back after the end, then its evidence is not lost', async () => {
    const { id, dial1, dial2 } = await bothTalk(2);
    await world.redis.kill();
    await expect.poll(channels, { timeout: 15_000 }).toMatch(/^0 active channels/m);
    await world.redis.restart();
    await oneCdr(id, dial1, dial2);
  });

  async function oneCdr(id: string, dial1: string, dial2: string): Promise<void> {
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({
      attemptNumber: 1,
      disposition: 'answered',
      connected: true,
      lost: false,
      dial1: { disposition: 'answered', cause: 16 },
      dial2: { disposition: 'answered', dialStatus: 'ANSWER' },
    });
    await world.redial.ready();
    expect(await read(world, id)).toMatchObject({ state: 'completed', attemptsMade: 1, nextAttempt: null });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  }
});
