import type { ScriptedCall } from '@redial/servers';
import { describe, expect, it } from 'vitest';
import { agent, aWorld, customer, invites, place, read } from './world.ts';

/**
 * A call that is moved on in Asterisk: transferred, redirected, picked up, replaced. A dial2 that answered stays
 * answered, the talk is that between dial1 and dial2, and the end is that of the last channel.
 */
describe('given a call that is moved on', () => {
  const world = aWorld({
    tenant: { extensions: { pattern: '1[0-9]{3}|25[0-9]{2}' } },
    trunk: { maxCalls: 1 },
  });
  const limits = { agent: 2500, who: 600 };
  /** An agent whose phone the test moves. */
  const byHand = () => String(limits.agent++);
  const aCustomer = (behaviour: 'answers' | 'answersAndHangsUp' | 'ringsForEver' = 'answers') =>
    customer(behaviour, limits.who++);
  const untilConnected = { retryPolicy: { maxRetries: 1, delaySeconds: 1, until: 'connected' } };

  const answers = async (user: string): Promise<ScriptedCall> => {
    const call = await world.pbx.byHand.called(user);
    call.answer();
    return call;
  };
  /** Rows of Asterisk's channels: name, application, bridge's id, unique id. */
  const channels = async () =>
    (await world.pbx.asterisk.cli('core show channels concise'))
      .split('\n')
      .map((row) => row.split('!'))
      .filter((fields) => fields.length > 12)
      .map((fields) => ({ name: fields[0] as string, bridge: fields[12] as string, uniqueId: fields[13] as string }));
  const bridged = async (one: string, other: string) => {
    await expect
      .poll(
        async () => {
          const all = await channels();
          const bridgeOf = (start: string) => all.find(({ name }) => name.startsWith(start))?.bridge;
          const first = bridgeOf(one);
          return first !== undefined && first !== '' && first === bridgeOf(other);
        },
        { timeout: 10_000 },
      )
      .toBe(true);
  };
  const nameOf = async (start: string) => {
    const found = (await channels()).find(({ name }) => name.startsWith(start));
    if (found === undefined) throw new Error(`no channel ${start}`);
    return found.name;
  };
  /** The party that moved the call on has left it. Asterisk joins the others first. */
  const gone = (start: string) =>
    expect
      .poll(async () => (await channels()).filter(({ name }) => name.startsWith(start)), { timeout: 10_000 })
      .toEqual([]);
  const hangUp = (name: string) => world.pbx.asterisk.cli(`channel request hangup ${name}`);
  const cdrOf = async (id: string) => {
    const [cdr] = await world.redial.inbox.next(id);
    return cdr;
  };
  const lasts = (cdr: { transferredAt: string; endedAt: string }) =>
    Date.parse(cdr.endedAt) - Date.parse(cdr.transferredAt);
  const isOne = async (id: string, dial1: string) => {
    expect(await read(world, id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    // A phone that the test moves is not counted: the next call would ring it in vain.
    if (!dial1.startsWith('25')) expect(invites(world, dial1)).toBe(1);
  };

  it.each([
    ['who is busy', agent('busy', 60)],
    ['who answers', agent('answersAndHangsUp', 60)],
    ['who does not exist', '1599'],
  ])(
    'when dial2, an agent, transfers dial1 to a third party %s, then they were connected, and dial1 is not rung again',
    async (_, target) => {
      const [dial1, dial2] = [aCustomer(), byHand()];
      const id = await place(world, { dial1: `+${dial1}`, dial2, ...untilConnected });
      const call = await answers(dial2);
      await bridged('PJSIP/carrier', `PJSIP/${dial2}`);
      await call.refer(target);
      const cdr = await cdrOf(id);
      expect(cdr).toMatchObject({ disposition: 'answered', connected: true, dial2: { disposition: 'answered' } });
      expect(cdr.transferredAt).not.toBeNull();
      const answeredFor = Date.parse(cdr.transferredAt) - Date.parse(cdr.dial2.answeredAt);
      expect(cdr.talkMs).toBe(answeredFor);
      await isOne(id, dial1);
    },
  );

  it('when dial1, an agent, transfers dial2, then the call ends with the customer, not with the agent, and until then the trunk is in use', async () => {
    const [dial1, dial2, other] = [byHand(), aCustomer(), agent('answers', 61)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, ...untilConnected });
    const call = await answers(dial1);
    await bridged(`PJSIP/${dial1}`, 'PJSIP/carrier');
    await call.refer(other);
    await bridged('PJSIP/carrier', `PJSIP/${other}`);
    await gone(`PJSIP/${dial1}`);
    const second = await place(world, { dial1: agent('answers', 62), dial2: `+${aCustomer('answersAndHangsUp')}` });
    await expect
      .poll(() => read(world, second), { timeout: 10_000 })
      .toMatchObject({ whyNotDialedYet: { gate: 'trunk.carrier' } });
    expect(await read(world, id)).toMatchObject({ state: 'dialing' });
    await hangUp(await nameOf(`PJSIP/${other}`));
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true, endedBy: null });
    expect(lasts(cdr)).toBeGreaterThan(0);
    expect(cdr.talkMs).toBe(Date.parse(cdr.transferredAt) - Date.parse(cdr.dial2.answeredAt));
    await isOne(id, dial1);
    expect(await cdrOf(second)).toMatchObject({ disposition: 'answered' });
  });

  it('when dial2, an agent, transfers dial1 after a consultation (attended), then the talk ends there, and the call ends with dial1', async () => {
    const [dial1, dial2, other] = [aCustomer(), byHand(), agent('answersAndHangsUp', 64)];
    const id = await place(world, { dial1: `+${dial1}`, dial2, ...untilConnected });
    const call = await answers(dial2);
    await bridged('PJSIP/carrier', `PJSIP/${dial2}`);
    const question = await world.pbx.byHand.dial(dial2, other, { by: world.pbx.asterisk.sipPort });
    await call.refer(other, question);
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true });
    expect(lasts(cdr)).toBeGreaterThan(0);
    expect(cdr.talkMs).toBe(Date.parse(cdr.transferredAt) - Date.parse(cdr.dial2.answeredAt));
    await isOne(id, dial1);
  });

  it('when dial1, an agent, transfers dial2 after a consultation (attended), then the call ends with dial2', async () => {
    const [dial1, dial2, other] = [byHand(), aCustomer(), agent('answers', 65)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, ...untilConnected });
    const call = await answers(dial1);
    await bridged(`PJSIP/${dial1}`, 'PJSIP/carrier');
    const question = await world.pbx.byHand.dial(dial1, other, { by: world.pbx.asterisk.sipPort });
    await call.refer(other, question);
    await bridged('PJSIP/carrier', `PJSIP/${other}`);
    await gone(`PJSIP/${dial1}`);
    expect(await read(world, id)).toMatchObject({ state: 'dialing' });
    await hangUp(await nameOf('PJSIP/carrier'));
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true });
    expect(lasts(cdr)).toBeGreaterThan(0);
    await isOne(id, dial1);
  });

  it('when a colleague picks up the call that rings at dial1, then it is connected, and ends when they hang up', async () => {
    const [picker, dial2] = [byHand(), aCustomer()];
    const id = await place(world, { dial1: agent('ringsForEver', 1), dial2: `+${dial2}`, dial1RingTimeoutSeconds: 20 });
    await expect.poll(() => read(world, id), { timeout: 10_000 }).toMatchObject({ attempts: [{ state: 'ringing' }] });
    const call = await world.pbx.byHand.dial(picker, '8000', { by: world.pbx.asterisk.sipPort });
    await bridged(`PJSIP/${picker}`, 'PJSIP/carrier');
    await expect.poll(() => read(world, id), { timeout: 10_000 }).toMatchObject({ attempts: [{ state: 'answered' }] });
    await call.hangUp();
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({
      disposition: 'answered',
      connected: true,
      endedBy: 'dial1',
      transferredAt: null,
      dial1: { disposition: 'answered' },
    });
    await isOne(id, agent('ringsForEver', 1));
  });

  it('when it is canceled after such a pickup, then the present channel is hung up', async () => {
    const [picker, dial2] = [byHand(), aCustomer()];
    const id = await place(world, { dial1: agent('ringsForEver', 1), dial2: `+${dial2}`, dial1RingTimeoutSeconds: 20 });
    await expect.poll(() => read(world, id), { timeout: 10_000 }).toMatchObject({ attempts: [{ state: 'ringing' }] });
    await world.pbx.byHand.dial(picker, '8000', { by: world.pbx.asterisk.sipPort });
    await bridged(`PJSIP/${picker}`, 'PJSIP/carrier');
    expect((await world.redial.request('POST', `/v1/calls/${id}/cancel`)).status).toBeLessThan(300);
    expect(await cdrOf(id)).toMatchObject({ disposition: 'answered', connected: true, endedBy: 'redial' });
    await expect.poll(async () => (await channels()).length, { timeout: 10_000 }).toBe(0);
  });

  it.each(['dial1', 'dial2'] as const)(
    'when another phone takes the place of %s’s (INVITE with Replaces), then they continue to talk, and the end is the real end',
    async (leg) => {
      const [mine, theirs, customers] = [byHand(), byHand(), aCustomer()];
      const call = { dial1: mine, dial2: mine, [leg === 'dial1' ? 'dial2' : 'dial1']: `+${customers}` };
      const id = await place(world, { ...call, ...untilConnected });
      const first = await answers(mine);
      await bridged(`PJSIP/${mine}`, 'PJSIP/carrier');
      const replacing = await world.pbx.byHand.dial(theirs, '1000', {
        by: world.pbx.asterisk.sipPort,
        replaces: first,
      });
      await bridged(`PJSIP/${theirs}`, 'PJSIP/carrier');
      expect(await read(world, id)).toMatchObject({ state: 'dialing' });
      await replacing.hangUp();
      const cdr = await cdrOf(id);
      expect(cdr).toMatchObject({ disposition: 'answered', connected: true, transferredAt: null });
      expect(Date.parse(cdr.endedAt) - Date.parse(cdr.dial2.answeredAt)).toBe(cdr.talkMs);
      await isOne(id, call.dial1.replace('+', ''));
    },
  );

  it('when dial1 is redirected while dial2 still rings, then no later call is reported as dial2’s', async () => {
    const [dial1, dial2] = [agent('answers', 66), aCustomer('ringsForEver')];
    const id = await place(world, { dial1, dial2: `+${dial2}`, dial2RingTimeoutSeconds: 20 });
    await world.pbx.phones.waitForInvite((invite) => invite.user === dial2, 20_000);
    await world.pbx.asterisk.cli(
      `channel redirect ${await nameOf(`PJSIP/${dial1}`)} main_routing,${agent('answersAndHangsUp', 66)},1`,
    );
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({ disposition: 'dial1_hung_up', connected: false, talkMs: 0 });
  });

  it('when dial2 is redirected, then it is followed to its own end, and the talk ends at the redirect', async () => {
    const [dial1, dial2, other] = [agent('answers', 67), aCustomer(), agent('answersAndHangsUp', 67)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, ...untilConnected });
    await bridged(`PJSIP/${dial1}`, 'PJSIP/carrier');
    await world.pbx.asterisk.cli(`channel redirect ${await nameOf('PJSIP/carrier')} main_routing,${other},1`);
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true });
    expect(lasts(cdr)).toBeGreaterThan(0);
    await isOne(id, dial1);
  });

  it('when Redial’s observers are killed while the customer talks to a third party, then nothing is reported before its end, and then the same', async () => {
    const [dial1, dial2, other] = [byHand(), aCustomer(), agent('answers', 68)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, ...untilConnected });
    const call = await answers(dial1);
    await bridged(`PJSIP/${dial1}`, 'PJSIP/carrier');
    await call.refer(other);
    await bridged('PJSIP/carrier', `PJSIP/${other}`);
    await Promise.all([world.redial.dialer.kill(), world.redial.results.kill()]);
    world.redial.dialer.start();
    world.redial.results.start();
    await world.redial.ready();
    expect(await read(world, id)).toMatchObject({ state: 'dialing' });
    await Promise.all([world.redial.dialer.kill(), world.redial.results.kill()]);
    await hangUp(await nameOf('PJSIP/carrier'));
    await expect.poll(async () => (await channels()).length, { timeout: 10_000 }).toBe(0);
    world.redial.dialer.start();
    world.redial.results.start();
    const cdr = await cdrOf(id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true });
    expect(lasts(cdr)).toBeGreaterThan(0);
    await isOne(id, dial1);
  });
});
