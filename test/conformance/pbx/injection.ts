import { describe, expect, it } from 'vitest';
import { originateHeaders } from './actions.ts';
import type { PbxWorld } from './pbx-world.ts';

/**
 * The effect of a value that reaches AMI unchecked. These cases are the reason for our checks: the adapter sends none
 * of these values, and the dialplan refuses those that it sees.
 */
export function describeInjection(getWorld: () => PbxWorld): void {
  /** Sends lines unchanged and waits for the Originate's end. The agent's phone then shows the effect. */
  const originateRaw = async (lines: readonly string[], actionId = getWorld().bystander.newActionId()) => {
    const { bystander } = getWorld();
    bystander.send(`${lines.join('\r\n')}\r\nActionID: ${actionId}\r\n\r\n`);
    return bystander.packet((one) => one.event === 'OriginateResponse' && one.get('ActionID') === actionId);
  };
  const lines = (changes: Readonly<Record<string, string>>) =>
    originateHeaders(changes).map(([name, value]) => `${name}: ${value}`);

  describe.concurrent('values that reach AMI unchecked', () => {
    it('given a bare LF in a value, when sent, then the rest becomes a header of its own', async () => {
      await originateRaw(
        lines({ Channel: 'PJSIP/1240', CallerID: '27110001111\nVariable: PJSIP_HEADER(add,X-Injected)=yes' }),
      );

      expect(getWorld().invitesTo('1240')).toMatchObject([{ from: '27110001111', headers: { 'X-Injected': 'yes' } }]);
    });

    it('given an empty line in a value, when sent, then the rest becomes an action of its own', async () => {
      const { bystander } = getWorld();
      const second = bystander.newActionId();
      bystander.send(`Action: Ping\r\nX: 1\n\nAction: CoreStatus\r\nActionID: ${second}\r\n\r\n`);

      expect((await bystander.response(second)).get('CoreStartupTime')).toBeDefined();
    });

    it('given a single CR in a value, when sent, then the line continues', async () => {
      const { bystander } = getWorld();
      const actionId = bystander.newActionId();
      bystander.send(`ActionID: ${actionId}\r\nAction: Ping\rX: 1\r\n\r\n`);

      expect((await bystander.response(actionId)).get('Message')).toMatch(/^Invalid\/unknown command: Ping\rX: 1\./);
    });

    it('given a comma in a variable, when sent, then another variable begins', async () => {
      await originateRaw(
        lines({ Channel: 'PJSIP/1241', Variable: 'PJSIP_HEADER(add,X-One)=1,PJSIP_HEADER(add,X-Two)=2' }),
      );

      expect(getWorld().invitesTo('1241')).toMatchObject([{ headers: { 'X-One': '1', 'X-Two': '2' } }]);
    });

    it('given a function as a variable’s name, when sent, then it is executed', async () => {
      await originateRaw(lines({ Channel: 'PJSIP/1242', Variable: 'DB(redial/99996)=written' }));

      expect(await getWorld().journal(99_996)).toEqual(['written']);
    });

    it('given an expression in a variable’s value, when sent, then it stays a text', async () => {
      await originateRaw(lines({ Channel: 'PJSIP/1243', Variable: 'PJSIP_HEADER(add,X-Text)=$' + '{EPOCH}' }));

      expect(getWorld().invitesTo('1243')).toMatchObject([{ headers: { 'X-Text': '$' + '{EPOCH}' } }]);
    });

    it('given two variables of one name, when sent, then the first stays', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1142' });
      const { attemptId } = order;
      const { bystander } = getWorld();
      bystander.send(
        `${lines({ Channel: 'PJSIP/1142', ChannelId: attemptId, ActionID: attemptId }).join('\r\n')}\r\nVariable: TWICE=first\r\nVariable: TWICE=second\r\n\r\n`,
      );
      await getWorld().rings(attemptId);

      expect(
        (await bystander.act(['Action', 'Getvar'], ['Channel', attemptId], ['Variable', 'TWICE'])).get('Value'),
      ).toBe('first');
      await getWorld().pbx.hangUp(attemptId);
    });

    it('given a SIP address behind an endpoint, when dialled as dial1, then that address rings', async () => {
      await originateRaw(lines({ Channel: `PJSIP/1099/sip:1244@${getWorld().agentPhones}` }));

      expect(getWorld().invitesTo('1244')).toHaveLength(1);
      expect(getWorld().invitesTo('1099')).toHaveLength(0);
    });

    it('given two destinations in one channel, when dialled as dial1, then neither rings', async () => {
      const response = await originateRaw(lines({ Channel: 'PJSIP/1245&PJSIP/1246' }));

      expect([response.get('Response'), response.get('Reason')]).toEqual(['Failure', '0']);
      expect([getWorld().invitesTo('1245'), getWorld().invitesTo('1246')]).toEqual([[], []]);
    });
  });

  describe.concurrent('lines and messages that are too long', () => {
    it('given a line of 1,022 characters, when sent, then it is accepted; one character more is refused', async () => {
      const { bystander } = getWorld();
      const line = (length: number) => ['X', 'x'.repeat(length - 'X: '.length)] as const;
      const longest = await bystander.act(['Action', 'Ping'], ['ActionID', bystander.newActionId()], line(1_022));
      const tooLong = await bystander.act(['Action', 'Ping'], ['ActionID', bystander.newActionId()], line(1_023));

      expect(longest.get('Response')).toBe('Success');
      expect(tooLong.get('Message')).toBe('Failed to parse message: line too long');
    });

    it('given a message of 128 lines, when sent, then it is accepted; one line more is refused', async () => {
      const { bystander } = getWorld();
      const message = (count: number) => [
        ['Action', 'Ping'] as const,
        ['ActionID', bystander.newActionId()] as const,
        ...Array.from({ length: count - 2 }, () => ['X', 'x'] as const),
      ];
      const longest = await bystander.act(...message(128));
      const tooLong = await bystander.act(...message(129));

      expect(longest.get('Response')).toBe('Success');
      expect(tooLong.get('Message')).toBe('Too many lines in message or allocation failure');
    });

    it('given no lines at all, when sent, then the missing action is named', async () => {
      getWorld().bystander.send('\r\n');

      expect(
        (await getWorld().bystander.packet((one) => one.get('Message') === 'Missing action in request')).get(
          'Response',
        ),
      ).toBe('Error');
    });
  });

  describe.concurrent('the dialplan refuses what it must not dial', () => {
    const good = {
      REDIAL_DIAL2_CHANNEL: 'PJSIP/27820000600@carrier',
      REDIAL_DIAL2_RING_SECONDS: '5',
      REDIAL_TALK_LIMIT_SECONDS: '1',
    };
    const bad: readonly (readonly [given: string, variables: Readonly<Record<string, string>>])[] = [
      ['a SIP address behind an endpoint', { REDIAL_DIAL2_CHANNEL: 'PJSIP/1099/sip:1247@127.0.0.1' }],
      ['two destinations', { REDIAL_DIAL2_CHANNEL: 'PJSIP/1247&PJSIP/1248' }],
      ['a technology of another kind', { REDIAL_DIAL2_CHANNEL: 'Console/dsp' }],
      ['no channel', { REDIAL_DIAL2_CHANNEL: '' }],
      ['a ring timeout of nothing', { REDIAL_DIAL2_RING_SECONDS: '0' }],
      ['a ring timeout with options behind it', { REDIAL_DIAL2_RING_SECONDS: '5;g' }],
      ['a talk limit that is no number', { REDIAL_TALK_LIMIT_SECONDS: '1h' }],
      ['a caller ID with more than digits', { REDIAL_DIAL2_CALLER_ID: '2711<1>' }],
      ['a recording elsewhere', { REDIAL_RECORDING: '/etc/recording.wav' }],
      ['a recording a folder up', { REDIAL_RECORDING: 'redial/../att_01CNF0RMANCE99999999999999.wav' }],
      ['a recording over another attempt’s', { REDIAL_RECORDING: 'redial/1001/att_01CNF0RMANCE99999999999999.wav' }],
      ['a sound elsewhere', { REDIAL_MESSAGE: '../../etc/passwd' }],
      ['two sounds', { REDIAL_MESSAGE: 'redial-test&redial-test' }],
    ];
    for (const [index, [given, change]] of bad.entries()) {
      it(`given ${given} for dial2, when dial1 answers, then dial1 is hung up with 21 and the journal holds INVALIDARGS`, async () => {
        const { attemptId, slot } = getWorld().newAttempt();
        const variables = { REDIAL_ATTEMPT: attemptId, REDIAL_SLOT: String(slot), ...good, ...change };
        const agent = String(1080 + index);
        await originateRaw(
          [
            ...lines({ Channel: `PJSIP/${agent}`, ChannelId: attemptId }),
            ...Object.entries(variables).map(([name, value]) => `Variable: ${name}=${value}`),
          ],
          attemptId,
        );
        await getWorld().allChannelsEnded(attemptId);

        expect((await getWorld().journal(slot))?.slice(0, 5)).toEqual([attemptId, 'ended', 'INVALIDARGS', '21', '']);
        const events = getWorld().bystander.eventsOf(attemptId);
        expect(events.filter((one) => one.event === 'UserEvent')).toHaveLength(1);
        expect(
          events.filter((one) => one.event === 'Hangup').map((one) => [one.get('Cause'), one.get('TechCause')]),
        ).toEqual([['21', '403']]);
        expect(getWorld().invitesTo(agent)).toHaveLength(1);
        expect(['1247', '1248', '27820000600'].flatMap((user) => getWorld().invitesTo(user))).toEqual([]);
      });
    }

    it('given a key with two channels, when it is pressed, then neither rings, and the journal has the key', async () => {
      const { attemptId, slot } = getWorld().newAttempt();
      const variables = {
        ...{ REDIAL_ATTEMPT: attemptId, REDIAL_SLOT: String(slot), ...good },
        ...{ REDIAL_DIAL2_CHANNEL: 'Local/play@redial-message/n', REDIAL_TALK_LIMIT_SECONDS: '60' },
        ...{ REDIAL_MESSAGE: 'redial-test', REDIAL_MESSAGE_WAIT: '3', REDIAL_KEY_1: 'PJSIP/1249&PJSIP/1250' },
      };
      await originateRaw(
        [
          ...lines({ Channel: 'PJSIP/27820210600@carrier', ChannelId: attemptId }),
          ...Object.entries(variables).map(([name, value]) => `Variable: ${name}=${value}`),
        ],
        attemptId,
      );
      await getWorld().allChannelsEnded(attemptId);

      expect((await getWorld().journal(slot))?.[14]).toBe('1');
      expect([getWorld().invitesTo('1249'), getWorld().invitesTo('1250')]).toEqual([[], []]);
    });

    for (const [given, variables] of [
      ['no attempt', { REDIAL_SLOT: '99995' }],
      ['an attempt of another form', { REDIAL_ATTEMPT: 'att_1', REDIAL_SLOT: '99995' }],
      ['a slot of another form', { REDIAL_ATTEMPT: 'att_01CNF0RMANCE99999999999999', REDIAL_SLOT: '99995/x' }],
    ] as const) {
      it(`given ${given}, when dial1 answers, then it is hung up with 21, and nothing is journalled or reported`, async () => {
        const { attemptId } = getWorld().newAttempt();
        await originateRaw(
          [
            ...lines({ Channel: 'PJSIP/1095', ChannelId: attemptId }),
            ...Object.entries({ ...good, ...variables }).map(([name, value]) => `Variable: ${name}=${value}`),
          ],
          attemptId,
        );
        await getWorld().allChannelsEnded(attemptId);

        const events = getWorld().bystander.eventsOf(attemptId);
        expect(events.filter((one) => one.event === 'Hangup').map((one) => one.get('Cause'))).toEqual(['21']);
        expect(events.filter((one) => one.event === 'UserEvent')).toEqual([]);
        expect(await getWorld().journal(99_995)).toBeUndefined();
        expect(getWorld().invitesTo('27820000600')).toEqual([]);
      });
    }
  });
}
