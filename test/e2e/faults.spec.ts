import { beforeEach, describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read } from './world.ts';

/**
 * A process or server dies and stays dead until the call is over. In every case the phones see one INVITE per attempt,
 * and the attempt has one true CDR. Faults that end before the call are in test/faults.
 */
describe('given a call under way', () => {
  const world = aWorld();
  let which = 0;
  beforeEach(() => {
    which++;
  });

  const dial1Rings = async () => {
    const [dial1, dial2] = [agent('ringsForEver', which), customer('answers', which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, dial1RingTimeoutSeconds: 5 });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial1, 10_000);
    return { id, dial1, dial2 };
  };
  const bothTalk = async () => {
    const [dial1, dial2] = [agent('answers', which), customer('answers', which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, talkLimitSeconds: 4 });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial2, 10_000);
    await expect.poll(() => world.pbx.asterisk.cli('core show channels concise')).toMatch(/^PJSIP\/carrier-.*!Up!/m);
    return { id, dial1, dial2 };
  };
  const dial2Rings = async () => {
    const [dial1, dial2] = [agent('answers', which), customer('ringsForEver', which)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, dial2RingTimeoutSeconds: 4 });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial2, 10_000);
    return { id, dial1, dial2 };
  };

  const phases = [
    {
      phase: 'dial1 rings',
      reach: dial1Rings,
      disposition: 'no_answer',
      state: 'exhausted',
      seen: [1, 0],
      raw: { dial1: { cause: 19, reason: 3 }, dial2: { cause: null, dialStatus: null } },
      rawToTheBlind: { dial1: { cause: null, reason: null }, dial2: { cause: null, dialStatus: null } },
    },
    {
      phase: 'dial2 rings',
      reach: dial2Rings,
      disposition: 'no_answer',
      state: 'exhausted',
      seen: [1, 1],
      raw: { dial1: { cause: 16 }, dial2: { dialStatus: 'NOANSWER' } },
    },
    {
      phase: 'both talk',
      reach: bothTalk,
      disposition: 'answered',
      state: 'completed',
      seen: [1, 1],
      raw: { dial1: { cause: 16 }, dial2: { cause: 16, sipCode: 200, dialStatus: 'ANSWER' } },
    },
  ];
  const faults = [
    {
      fault: 'the dialer is killed and stays dead until the CDR is there',
      strike: () => world.redial.dialer.kill(),
      mend: async () => world.redial.dialer.start(),
    },
    {
      fault: 'AMI is cut, and refused for the rest of the call',
      // A dial1 that never answered leaves no trace in the PBX. The CDR states no_answer, and that it was concluded
      // from silence.
      blind: true,
      strike: async () => {
        world.ami.refuse();
        world.ami.cut();
        await expect
          .poll(() => world.pbx.asterisk.cli('core show channels count'), { timeout: 20_000 })
          .toMatch(/^0 active channels/m);
        world.ami.heal();
      },
    },
  ];

  const cells = faults.flatMap((fault) => phases.map((phase) => ({ ...fault, ...phase })));

  it.each(cells)('when $fault while $phase, then no second INVITE and one CDR: $disposition', async (cell) => {
    const { id, dial1, dial2 } = await cell.reach();
    await cell.strike();
    const [cdr] = await world.redial.inbox.next(id);
    if ('mend' in cell) await cell.mend?.();
    await world.redial.ready();
    const unseen = 'blind' in cell && cell.phase === 'dial1 rings';
    expect(cdr).toMatchObject({
      attemptNumber: 1,
      disposition: cell.disposition,
      lost: unseen,
      ...(unseen && 'rawToTheBlind' in cell ? cell.rawToTheBlind : cell.raw),
    });
    expect(await read(world, id)).toMatchObject({ state: cell.state, attempts: [{ disposition: cell.disposition }] });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual(cell.seen);
    expect(world.redial.inbox.of(id)).toHaveLength(1);
  });

  it('when all processes are restarted while a call waits, then it is dialled at its time, once', async () => {
    const [dial1, dial2] = [agent('answersAndHangsUp', 50), customer('answers', 50)];
    const notBefore = new Date(Date.now() + 4_000).toISOString();
    const id = await place(world, { dial1, dial2: `+${dial2}`, notBefore });
    await Promise.all([world.redial.api.kill(), world.redial.dialer.kill(), world.redial.results.kill()]);
    await world.redis.kill();
    await world.redis.restart();
    for (const process of [world.redial.api, world.redial.dialer, world.redial.results]) process.start();
    await world.redial.ready();
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'answered', dial1: { cause: 16 }, dial2: { cause: 16, sipCode: 200 } });
    expect(invites(world, dial2)).toBe(1);
    expect(world.pbx.phones.invitesTo(dial1).map((invite) => invite.at >= Date.parse(notBefore))).toEqual([true]);
  });
});
