import { describe, expect, it, vi } from 'vitest';
import type { PbxWorld } from './pbx-world.ts';
import { RawAmi } from './raw-ami.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** Originates that Asterisk refuses at once, by the fault of an otherwise valid action. */
const refusedOriginates: readonly (readonly [given: string, change: Headers, message: string | RegExp])[] = [
  ['no channel', [['Channel', '']], 'Channel not specified'],
  ['a channel without a technology', [['Channel', '1001']], 'Invalid channel'],
  ['a timeout that is no number', [['Timeout', 'soon']], 'Invalid timeout'],
  ['a priority that is neither number nor label', [['Priority', 'first']], 'Invalid priority'],
  ['an extension that does not exist', [['Exten', 'nowhere']], 'Extension does not exist.'],
  ['a context that does not exist', [['Context', 'nowhere']], 'Extension does not exist.'],
  ['a priority that does not exist', [['Priority', '99']], 'Extension does not exist.'],
  ['a ChannelId of 150 characters', [['ChannelId', 'x'.repeat(150)]], /^Uniqueid length exceeds maximum of 149/],
  [
    'an application that needs the system right',
    [
      ['Application', 'System'],
      ['Data', 'true'],
    ],
    /^Originate Access Forbidden/,
  ],
];

/** Existing actions that our user has no right to. */
const deniedActions: readonly (readonly [action: string, ...headers: Headers])[] = [
  ['DBPut', ['Family', 'redial'], ['Key', '1'], ['Val', 'x']],
  ['DBDel', ['Family', 'redial'], ['Key', '1']],
  ['DBDelTree', ['Family', 'redial']],
  ['Command', ['Command', 'core show version']],
  ['Filter', ['Operation', 'Add'], ['Filter', 'Event: Newchannel']],
  ['GetConfig', ['Filename', 'manager.conf']],
  ['UpdateConfig', ['SrcFilename', 'manager.conf'], ['DstFilename', 'manager.conf']],
  ['Reload'],
  ['ModuleLoad', ['Module', 'app_dial.so'], ['LoadType', 'unload']],
  ['UserEvent', ['UserEvent', 'RedialAttempt']],
];

export function describeActions(getWorld: () => PbxWorld): void {
  describe.concurrent('actions', () => {
    for (const [given, change, message] of refusedOriginates) {
      it(`given an Originate with ${given}, when sent, then it is refused at once and nothing rings`, async () => {
        const { attemptId } = getWorld().newAttempt();
        const order: Record<string, string> = {
          Action: 'Originate',
          ActionID: attemptId,
          ChannelId: attemptId,
          Channel: 'PJSIP/1098',
          Context: 'redial',
          Exten: 'connect',
          Priority: '1',
          Async: 'true',
          ...Object.fromEntries(change),
        };
        const reply = await getWorld().bystander.act(...Object.entries(order));

        expect(reply.get('Response')).toBe('Error');
        expect(reply.get('Message')).toMatch(message);
        expect(getWorld().bystander.eventsOf(attemptId)).toEqual([]);
        expect(getWorld().invitesTo('1098')).toEqual([]);
      });
    }

    for (const [action, ...headers] of deniedActions) {
      it(`given our rights, when ${action} is sent, then permission is denied`, async () => {
        const reply = await getWorld().bystander.act(['Action', action], ...headers);

        expect([reply.get('Response'), reply.get('Message')]).toEqual(['Error', 'Permission denied']);
      });
    }

    it('given an action that does not exist, when sent, then Asterisk reports it as unknown', async () => {
      const reply = await getWorld().bystander.act(['Action', 'Dance']);

      expect(reply.get('Message')).toBe(
        'Invalid/unknown command: Dance. Use Action: ListCommands to show available commands.',
      );
    });

    it('given a variable that writes to AstDB, when set by Setvar, then it is refused', async () => {
      const reply = await getWorld().bystander.act(
        ['Action', 'Setvar'],
        ['Variable', 'DB(redial/99998)'],
        ['Value', 'x'],
      );

      expect(reply.get('Message')).toBe('Variable not set');
      expect(await getWorld().journal(99_998)).toBeUndefined();
    });

    it('given a live dial1, when its variable is requested by our id, then it is returned', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1140', variables: { CAMPAIGN: 'spring' } });
      getWorld().dial(order);
      await getWorld().rings(order.attemptId);
      const { bystander } = getWorld();
      const reply = await bystander.act(['Action', 'Getvar'], ['Channel', order.attemptId], ['Variable', 'CAMPAIGN']);

      expect(reply.get('Value')).toBe('spring');
      await getWorld().pbx.hangUp(order.attemptId);
    });

    it('given a call that rings dial2, and one that talks, when hung up, then the journal names no leg that did it', async () => {
      const { pbx } = getWorld();
      const ringing = getWorld().order({ dial1Channel: 'PJSIP/1009', dial2Channel: 'PJSIP/27820010501@carrier' });
      const talking = getWorld().order({ dial1Channel: 'PJSIP/1009', dial2Channel: 'PJSIP/27820000501@carrier' });
      for (const order of [ringing, talking]) getWorld().dial(order);
      await vi.waitFor(() => expect(getWorld().invitesTo('27820010501')).toHaveLength(1), 30_000);
      await getWorld().talks(talking.attemptId);
      for (const { attemptId } of [ringing, talking]) expect(await pbx.hangUp(attemptId)).toBe(true);

      const placed = await Promise.all([ringing, talking].map((order) => getWorld().conclusionOf(order)));
      expect(placed.map(({ evidence }) => evidence.journalEnded)).toMatchObject([
        { dialStatus: 'CANCEL' },
        { dialStatus: 'ANSWER' },
      ]);
      for (const { evidence } of placed) expect(evidence.journalEnded).not.toHaveProperty('endedBy');
    });

    it('given no such channel, when requested by Status, Getvar or Hangup, then each reports it', async () => {
      const { bystander } = getWorld();
      const noChannel = ['Channel', getWorld().newAttempt().attemptId] as const;
      const replies = [
        await bystander.act(['Action', 'Status'], noChannel),
        await bystander.act(['Action', 'Getvar'], noChannel, ['Variable', 'X']),
        await bystander.act(['Action', 'Hangup'], noChannel),
      ];

      expect(replies.map((reply) => reply.get('Message'))).toEqual([
        'No such channel',
        'No such channel',
        'No such channel',
      ]);
    });

    it('given the redial context, when the dialplan is listed, then it is there and others are not', async () => {
      const rows = await getWorld().list(['Action', 'ShowDialPlan'], ['Context', 'redial'], ['Extension', 'connect']);
      const missing = await getWorld().bystander.act(['Action', 'ShowDialPlan'], ['Context', 'nowhere']);

      expect(rows.map((row) => row.get('Application'))).toContain('Dial');
      expect(missing.get('Message')).toBe('Did not find context nowhere');
    });

    it('given a slot that was never written, when read by DBGet, then it is not found', async () => {
      const reply = await getWorld().bystander.act(['Action', 'DBGet'], ['Family', 'redial'], ['Key', '99997']);

      expect([reply.get('Response'), reply.get('Message')]).toEqual(['Error', 'Database entry not found']);
    });

    it('given an id that is in use, when originated again, then it is queued and fails, and the first call continues', async () => {
      const first = getWorld().order({ dial1Channel: 'PJSIP/1141', dial1RingTimeoutMs: 60_000 });
      getWorld().dial(first);
      await getWorld().rings(first.attemptId);
      const { bystander } = getWorld();
      const prefixes = [first.attemptId, first.attemptId.toLowerCase(), first.attemptId.slice(0, -1)];
      const responses = [];
      for (const channelId of prefixes) {
        const actionId = bystander.newActionId();
        const queued = await bystander.act(
          ...originateHeaders({ Channel: 'PJSIP/1097', ChannelId: channelId, ActionID: actionId }),
        );
        expect(queued.get('Response')).toBe('Success');
        responses.push(
          await bystander.packet((one) => one.event === 'OriginateResponse' && one.get('ActionID') === actionId),
        );
      }

      expect(responses.map((one) => [one.get('Response'), one.get('Reason')])).toEqual([
        ['Failure', '0'],
        ['Failure', '0'],
        ['Failure', '0'],
      ]);
      expect(getWorld().invitesTo('1097')).toEqual([]);
      expect(await getWorld().pbx.reconcile({ ...first, pbxStartedAt: getWorld().pbxStartedAt })).toMatchObject({
        type: 'channel_found',
      });
      await getWorld().pbx.hangUp(first.attemptId);
    });

    it('given a second session, when a call is made, then both sessions see the same events, and only those that Redial uses', async () => {
      const other = await RawAmi.login(getWorld().ami);
      const placed = await getWorld().place({ dial1Channel: 'PJSIP/1008', dial2Channel: 'PJSIP/27820030500@carrier' });
      await vi.waitFor(
        async () => expect(await other.eventsOf(placed.attemptId).length).toBe(placed.events.length),
        30_000,
      );

      expect(other.eventsOf(placed.attemptId).map((event) => event.text)).toEqual(
        placed.events.map((event) => event.text),
      );
      expect(
        new Set(
          getWorld()
            .bystander.events()
            .map((event) => event.event),
        ),
      ).toEqual(new Set(['Newstate', 'OriginateResponse', 'UserEvent', 'Hangup', 'DialState', 'DialEnd']));
      other.end();
    });
  });

  describe.concurrent('sessions', () => {
    it('given a wrong secret, when logging in, then it is refused and the connection closed', async () => {
      const ami = await RawAmi.connect(getWorld().ami);
      const reply = await ami.act(['Action', 'Login'], ['Username', getWorld().ami.username], ['Secret', 'guessed']);

      expect([reply.get('Response'), reply.get('Message')]).toEqual(['Error', 'Authentication failed']);
      await vi.waitFor(async () => expect(await ami.closed).toBe(true), 30_000);
    });

    it('given no login, when an action is sent, then permission is denied and the connection stays', async () => {
      const ami = await RawAmi.connect(getWorld().ami);
      const reply = await ami.act(['Action', 'Ping']);

      expect(reply.get('Message')).toBe('Permission denied');
      expect(ami.closed).toBe(false);
      ami.end();
    });

    it('given a session, when it logs off, then Asterisk sends Goodbye and closes', async () => {
      const ami = await RawAmi.login(getWorld().ami);
      const reply = await ami.act(['Action', 'Logoff']);

      expect(reply.get('Response')).toBe('Goodbye');
      await vi.waitFor(async () => expect(await ami.closed).toBe(true), 30_000);
    });

    it('given a connection, when it opens, then Asterisk sends its AMI version', async () => {
      expect(getWorld().bystander.banner).toBe('Asterisk Call Manager/11.0.0');
      expect(getWorld().version).toMatch(/^22\./);
    });
  });
}

export function originateHeaders(changes: Readonly<Record<string, string>>): Headers {
  return Object.entries({
    Action: 'Originate',
    Context: 'redial',
    Exten: 'connect',
    Priority: '1',
    Async: 'true',
    Timeout: '5000',
    ...changes,
  });
}
