import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { type Redial, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { agent, customer, place, read, untilHeldBy } from './world.ts';

/** Each PBX has its own phones, so that the test sees whose INVITE it was. */
describe('given two PBXs, and a trunk that only one of them has', () => {
  const names = ['north', 'south'] as const;
  type Name = (typeof names)[number];
  let redis: TestRedis;
  let pbx: Record<Name, TestPbx>;
  const world = {} as { redial: Redial };
  const down = new Set<Name>();

  beforeAll(async () => {
    const [startedRedis, north, south] = await Promise.all([startTestRedis(), startTestPbx(), startTestPbx()]);
    redis = startedRedis;
    pbx = { north, south };
    world.redial = await startRedial({
      redisUrl: redis.url,
      pbxs: names.map((name) => ({ ...pbx[name].asterisk.ami, name })),
      trunks: { carrier2: { pbxs: ['south'] } },
    });
  });
  afterEach(async () => {
    for (const name of [...down]) await bringBack(name);
    await world.redial.ready();
  });
  afterAll(async () => {
    await world.redial?.stop();
    await Promise.all([pbx?.north.stop(), pbx?.south.stop(), redis?.stop()]);
  });

  /** Stops it, and waits until that is known. The end of an attempt that is dialled in between would be unknown. */
  async function takeDown(name: Name): Promise<void> {
    down.add(name);
    await pbx[name].asterisk.kill();
    await expect
      .poll(async () => (await world.redial.request('GET', '/readyz')).body, { timeout: 10_000 })
      .toMatchObject({ ready: false, checks: { [`pbx.${name}`]: expect.not.stringMatching(/^ok$/) } });
  }
  async function bringBack(name: Name): Promise<void> {
    await pbx[name].asterisk.restart();
    down.delete(name);
  }
  const invitesOf = (...users: string[]) =>
    Object.fromEntries(names.map((name) => [name, users.map((user) => pbx[name].phones.invitesTo(user).length)]));

  /** They are placed at once, in no order, and each must be where its CDR states. */
  async function placeMany(count: number, from: number, extra: object = {}): Promise<Name[]> {
    const calls = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const [dial1, dial2] = [agent('answersAndHangsUp', from + i), customer('answers', from + i)];
        return { dial1, dial2, id: await place(world, { dial1, dial2: `+${dial2}`, ...extra }) };
      }),
    );
    return Promise.all(
      calls.map(async ({ id, dial1, dial2 }) => {
        const [cdr] = await world.redial.inbox.next(id);
        expect(cdr).toMatchObject({ disposition: 'answered', dial1: { cause: 16 } });
        expect(await read(world, id)).toMatchObject({ attempts: [{ pbx: cdr.pbx }] });
        const elsewhere = cdr.pbx === 'north' ? 'south' : 'north';
        expect(invitesOf(dial1, dial2)).toEqual({ [cdr.pbx]: [1, 1], [elsewhere]: [0, 0] });
        return cdr.pbx;
      }),
    );
  }

  it('when calls are placed, then both dial, and each attempt remembers which PBX it was', async () => {
    const used = await placeMany(8, 0);
    expect(new Set(used)).toEqual(new Set(names));
  });

  it('when only south has the trunk, then north never dials it', async () => {
    expect(await placeMany(5, 10, { trunk: 'carrier2' })).toEqual(Array(5).fill('south'));
  });

  it('when north is down, then every call goes through south', async () => {
    await takeDown('north');
    expect(await placeMany(4, 20)).toEqual(Array(4).fill('south'));
  });

  it('when the only PBX of a trunk is down, then its calls wait although the other PBX is up', async () => {
    const [dial1, dial2] = [agent('answersAndHangsUp', 30), customer('answers', 30)];
    await takeDown('south');
    const id = await place(world, { dial1, dial2: `+${dial2}`, trunk: 'carrier2' });
    expect(await untilHeldBy(world, id, 'pbx')).toMatchObject({ attempts: [], attemptsMade: 0 });
    expect(await placeMany(2, 31)).toEqual(['north', 'north']);
    expect(invitesOf(dial1, dial2)).toEqual({ north: [0, 0], south: [0, 0] });
    await bringBack('south');
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', attemptNumber: 1, pbx: 'south' });
    expect(invitesOf(dial1, dial2)).toEqual({ north: [0, 0], south: [1, 1] });
  });

  it('when both are down, then calls wait, state what for, and are dialled once when one is back', async () => {
    const [dial1, dial2] = [agent('answersAndHangsUp', 40), customer('answers', 40)];
    await Promise.all([takeDown('north'), takeDown('south')]);
    const id = await place(world, { dial1, dial2: `+${dial2}` });
    expect(await untilHeldBy(world, id, 'pbx')).toMatchObject({
      attempts: [],
      whyNotDialedYet: { sentence: expect.stringContaining('no PBX that has its trunks is connected') },
    });
    expect(invitesOf(dial1, dial2)).toEqual({ north: [0, 0], south: [0, 0] });
    await bringBack('north');
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', attemptNumber: 1, pbx: 'north', dial1: { cause: 16 } });
    expect(invitesOf(dial1, dial2)).toEqual({ north: [1, 1], south: [0, 0] });
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  });
});
