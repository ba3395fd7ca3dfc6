import { createPbx, type Pbx, type PbxQuestion } from '@redial/asterisk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PbxWorld } from './pbx-world.ts';
import { RawAmi } from './raw-ami.ts';

/** Questions to a PBX before a call is accepted, by a link with no other purpose. */
export function describeQuestions(getWorld: () => PbxWorld): void {
  describe('questions', () => {
    let asking: Pbx;
    const anomaly: string[] = [];

    beforeAll(async () => {
      asking = createPbx({ name: 'asking', ...getWorld().ami }, { listens: false });
      asking.on('anomaly', (what) => void anomaly.push(what));
      const up = new Promise<void>((resolve) => asking.on('up', () => resolve()));
      asking.start();
      await up;
    });
    afterAll(() => asking?.stop());

    const device = (channel: string): PbxQuestion => ({ type: 'device_online', channel });
    const queue = (name: string): PbxQuestion => ({ type: 'queue_exists', queue: name });
    const context = (name: string, exten: string): PbxQuestion => ({ type: 'context_exists', context: name, exten });

    it.each<readonly [what: string, question: PbxQuestion, answer: boolean | undefined]>([
      ['a registered phone is online', device('PJSIP/1098'), true],
      ['a phone that is not registered is not', device('PJSIP/1595'), false],
      ['a dead contact is, as long as it is not qualified', device('PJSIP/1695'), true],
      ['an endpoint that is not configured is not', device('PJSIP/2999'), false],
      ['a technology that is not loaded has no phone online', device('SIP/1098'), false],
      ["a trunk's channel cannot be queried", device('PJSIP/27820000000@carrier'), undefined],
      ['a queue is there', queue('test-queue'), true],
      ['a queue without members is there', queue('empty-queue'), true],
      ['another queue is not', queue('no-such-queue'), false],
      ['a context with such an extension is there', context('after-hours', 's'), true],
      ['a pattern of the dialplan counts', context('main_routing', '1001'), true],
      ['a context without such an extension is not', context('main_routing', '999'), false],
      ['a context that is not there is not', context('no-such-context', 's'), false],
      ["Redial's own context is there", context('redial', 'connect'), true],
    ])('given a PBX, when queried, then %s', async (_what, question, answer) => {
      expect(await asking.query(question)).toBe(answer);
      expect(await getWorld().pbx.query(question)).toBe(answer);
      expect(anomaly).toEqual([]);
    });

    it('given a phone that rings and one that talks, when queried, then both are online', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1096', dial2Channel: 'PJSIP/1195' });
      getWorld().dial(order);
      await getWorld().answers(order.attemptId);
      await expect.poll(() => getWorld().invitesTo('1195').length).toBe(1);

      expect(await asking.query(device('PJSIP/1096'))).toBe(true);
      expect(await asking.query(device('PJSIP/1195'))).toBe(true);
      expect(await stateOf('PJSIP/1096')).toBe('INUSE');
      await expect.poll(() => stateOf('PJSIP/1195')).toBe('RINGING');
      await getWorld().pbx.hangUp(order.attemptId);
      await getWorld().allChannelsEnded(order.attemptId);
      await expect.poll(() => stateOf('PJSIP/1096')).toBe('NOT_INUSE');
    });

    it('given a function that the PBX does not have, when queried, then its value is empty, which is not no', async () => {
      expect(await evaluated('REDIAL_NO_SUCH_FUNCTION(x)')).toBe('');
    });

    it('given a link for questions only, when a call is made, then it receives no event of it', async () => {
      const heard: unknown[] = [];
      asking.on('signal', (...signal) => void heard.push(signal));
      await getWorld().place({ dial1Channel: 'PJSIP/1295' });

      // All that was sent before this answer has arrived.
      expect(await asking.query(queue('test-queue'))).toBe(true);
      expect(heard).toEqual([]);
    });

    it('given a session with its events off, when a call is made, then Asterisk sends it none', async () => {
      const quiet = await RawAmi.login(getWorld().ami);
      expect((await quiet.act(['Action', 'Events'], ['EventMask', 'off'])).get('Events')).toBe('Off');
      await getWorld().place({ dial1Channel: 'PJSIP/1296' });

      expect((await quiet.act(['Action', 'Ping'])).get('Ping')).toBe('Pong');
      expect(quiet.events()).toEqual([]);
      quiet.end();
    });

    async function evaluated(expression: string): Promise<string | undefined> {
      return (await getWorld().bystander.act(['Action', 'Getvar'], ['Variable', expression])).get('Value');
    }
    const stateOf = (name: string) => evaluated(`DEVICE_STATE(${name})`);
  });
}
