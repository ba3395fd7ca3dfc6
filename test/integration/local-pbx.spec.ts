/**
 * Tests the local PBX on the real Asterisk, over a bare AMI socket. That is the behaviour of every phone, the journal
 * of the dialplan that users include, and the rights of their AMI user. It runs no code of Redial.
 */
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';

let pbx: TestPbx;
let ami: Ami;

beforeAll(async () => {
  pbx = await startTestPbx();
  ami = await Ami.open(pbx);
});
afterEach(async () => {
  for (const id of live) await ami.action({ Action: 'Hangup', Channel: id });
  live.clear();
  await pbx.phones.reset();
  ami.packets.length = 0;
});
afterAll(async () => {
  ami?.close();
  await pbx?.stop();
});

describe('dial1', () => {
  test.each([
    ['is busy', '1200', { reason: '0', cause: '17', tech: '486', state: 'Down' }],
    ['declines', '1300', { reason: '0', cause: '21', tech: '603', state: 'Down' }],
    ['is unavailable for now', '1900', { reason: '0', cause: '19', tech: '480', state: 'Down' }],
    ['rings and does not answer', '1100', { reason: '3', cause: '19', tech: '480', state: 'Ringing' }],
    ['has a contact that does not answer', '1600', { reason: '3', cause: '19', tech: '480', state: 'Down' }],
  ])('%s: a Failure, a Hangup with the cause, no journal', async (_, agent, expected) => {
    const call = await originate({ agent, timeoutMs: 1_000 });
    const response = await call.event('OriginateResponse');
    const hangup = await call.event('Hangup');
    expect(response).toMatchObject({ Response: 'Failure', Reason: expected.reason, Uniqueid: call.id });
    expect(hangup).toMatchObject({
      Cause: expected.cause,
      TechCause: expected.tech,
      ChannelStateDesc: expected.state,
      Uniqueid: call.id,
    });
    expect(await call.journal()).toBeUndefined();
    expect(pbx.phones.invitesTo(agent)).toHaveLength(agent === '1600' ? 0 : 1);
  });

  test.each([
    ['is not registered', '1500'],
    ['does not exist', '3999'],
  ])('%s: a Failure 0 and no channel event at all', async (_, agent) => {
    const call = await originate({ agent });
    expect(await call.event('OriginateResponse')).toMatchObject({
      Response: 'Failure',
      Reason: '0',
      Uniqueid: call.id,
    });
    await wait(200); // Nothing is what has to come.
    expect(ami.packets.filter((packet) => ['Hangup', 'Newstate'].includes(packet['Event'] ?? ''))).toEqual([]);
    expect(await call.journal()).toBeUndefined();
  });

  test('is busy twice, then answers', async () => {
    const answers: (string | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      const call = await originate({ agent: '1700', dial2: 'PJSIP/27820020001@carrier' });
      answers.push((await call.event('OriginateResponse'))['Response']);
    }
    expect(answers).toEqual(['Failure', 'Failure', 'Success']);
    expect(pbx.phones.invitesTo('1700')).toHaveLength(3);
  });

  test('rings a second before it answers', async () => {
    const call = await originate({ agent: '1800', dial2: 'PJSIP/27820020001@carrier' });
    expect(await call.event('Newstate')).toMatchObject({ ChannelStateDesc: 'Ringing' });
    expect(await call.event('OriginateResponse')).toMatchObject({ Response: 'Success', Reason: '4' });
    expect(Date.now() - call.startedAt).toBeGreaterThan(950);
  });

  test("gets its header and its caller ID, and dial2's INVITE its own", async () => {
    const call = await originate({
      agent: '1001',
      dial2: 'PJSIP/27820020001@carrier2',
      variables: [
        'PJSIP_HEADER(add,X-Agent)=for dial1',
        'REDIAL_DIAL2_HEADER_1=X-One: for dial2',
        'REDIAL_DIAL2_HEADER_2=X-Two: a: b',
      ],
    });
    await call.ended();
    const [agent] = pbx.phones.invitesTo('1001');
    const [customer] = pbx.phones.invitesTo('27820020001');
    expect(agent).toMatchObject({ phone: 'agents', from: '0860000000', headers: { 'X-Agent': 'for dial1' } });
    expect(customer).toMatchObject({
      phone: 'carrier',
      from: '27110001111',
      headers: { 'X-One': 'for dial2', 'X-Two': 'a: b' },
    });
    expect(Object.keys(customer?.headers ?? {})).toEqual(['X-One', 'X-Two']);
    expect(Math.abs((agent?.at ?? 0) - call.startedAt)).toBeLessThan(1_000);
  });
});

describe('dial2 fails: the journal holds the answer of its network', () => {
  test.each([
    ['busy', '27820020001', 'BUSY', '17', 'SIP 486 Busy Here'],
    ['busy, with a leading +', '+27820020001', 'BUSY', '17', 'SIP 486 Busy Here'],
    ['busy everywhere', '27820100001', 'BUSY', '17', 'SIP 600 Busy Everywhere'],
    ['declines', '27820030001', 'CHANUNAVAIL', '21', 'SIP 603 Decline'],
    ['no such number', '27820040001', 'CHANUNAVAIL', '1', 'SIP 404 Not Found'],
    ['number too short', '27820110001', 'CHANUNAVAIL', '28', 'SIP 484 Address Incomplete'],
    ['no codec in common', '27820120001', 'CHANUNAVAIL', '58', 'SIP 488 Not Acceptable Here'],
    ['no line free', '27820050001', 'CONGESTION', '34', 'SIP 503 Service Unavailable'],
    ['unavailable for now', '27820090001', 'NOANSWER', '19', 'SIP 480 Temporarily Unavailable'],
  ])('%s', async (_, number, dialStatus, cause, tech) => {
    const call = await originate({ dial2: `PJSIP/${number}@carrier` });
    const entry = await call.ended();
    expect(entry).toMatchObject({
      dialStatus,
      hangupCause: cause,
      endedBy: '',
      talkMs: '',
      dial2Cause: cause,
      dial2Tech: tech,
      ringMs: '',
    });
    expect(pbx.phones.invitesTo(number)).toHaveLength(1);
  });

  test('rings and does not answer', async () => {
    const call = await originate({ dial2: 'PJSIP/27820010001@carrier', ringSeconds: 1 });
    const entry = await call.ended();
    expect(entry).toMatchObject({
      dialStatus: 'NOANSWER',
      endedBy: '',
      talkMs: '',
      dial2Cause: '',
      dial2Tech: 'SIP 180 Ringing',
    });
    expect(Number(entry.ringMs)).toBeGreaterThan(900);
  });

  test.each([
    ['not registered', 'PJSIP/1500', 'CHANUNAVAIL', '3'],
    ['a trunk that does not exist', 'PJSIP/27820000001@nowhere', 'CHANUNAVAIL', '3'],
    ['a contact that does not answer', 'PJSIP/1600', 'NOANSWER', '16'],
  ])('%s: nothing was said, and nothing is made up', async (_, dial2, dialStatus, hangupCause) => {
    const call = await originate({ dial2, ringSeconds: 1 });
    expect(await call.ended()).toMatchObject({
      dialStatus,
      hangupCause,
      talkMs: '',
      dial2Cause: '',
      dial2Tech: '',
      ringMs: '',
    });
  });

  test('the agent hangs up while it rings', async () => {
    const call = await originate({ agent: '1400', dial2: 'PJSIP/27820010001@carrier' });
    const entry = await call.ended();
    expect(entry).toMatchObject({
      dialStatus: 'CANCEL',
      hangupCause: '0',
      endedBy: 'dial1',
      talkMs: '',
      dial2Cause: '',
    });
    expect(Number(entry.ringMs)).toBeGreaterThan(800);
  });
});

describe('both answer', () => {
  test('the entry "answered" is there at once, and "ended" replaces it', async () => {
    const call = await originate({ agent: '1000', dial2: 'PJSIP/27820000001@carrier' });
    await pbx.phones.waitForInvite((invite) => invite.user === '27820000001', 5_000);
    expect(await call.journal()).toMatch(new RegExp(`^${call.id}\\|answered\\|\\d{10}\\|${call.id}$`));
    await ami.action({ Action: 'Hangup', Channel: call.id });
    expect((await call.ended()).text).toContain('|ended|');
  });

  test.each([
    ['dial1 hangs up', { agent: '1400', dial2: 'PJSIP/27820000001@carrier' }, 'dial1'],
    ['dial2 hangs up', { agent: '1000', dial2: 'PJSIP/27820060001@carrier' }, 'dial2'],
    [
      'the talk limit is reached',
      { agent: '1000', dial2: 'PJSIP/27820000001@carrier', variables: ['REDIAL_TALK_LIMIT_SECONDS=1'] },
      '',
    ],
  ])('%s', async (_, options, endedBy) => {
    const entry = await (await originate(options)).ended();
    expect(entry).toMatchObject({ dialStatus: 'ANSWER', hangupCause: '16', endedBy, dial2Tech: 'SIP 200 OK' });
    expect(Number(entry.talkMs)).toBeGreaterThan(900);
    expect(Number(entry.talkMs)).toBeLessThan(1_500);
    expect(entry.dial2Uniqueid).toMatch(/^\d+\.\d+$/);
  });

  test("talk time excludes dial2's ringing", async () => {
    const call = await originate({
      agent: '1000',
      dial2: 'PJSIP/27820080001@carrier',
      variables: ['REDIAL_TALK_LIMIT_SECONDS=1'],
    });
    const entry = await call.ended();
    expect(Number(entry.talkMs)).toBeLessThan(1_400);
    expect(Number(entry.ringMs)).toBeGreaterThan(900);
    expect(Number(entry.dialMs)).toBeGreaterThan(1_900);
  });

  test('seven packets and less than 3 KiB come over AMI', async () => {
    const before = ami.bytes;
    const call = await originate({ agent: '1400', dial2: 'PJSIP/27820000001@carrier' });
    await call.ended();
    await wait(300);
    expect(
      ami.packets
        .filter((packet) => packet['ActionID']?.startsWith('test-') !== true)
        .map((packet) => packet['Event'] ?? 'Response')
        .sort(),
    ).toEqual(['Hangup', 'Hangup', 'Newstate', 'Newstate', 'OriginateResponse', 'Response', 'UserEvent']);
    expect(ami.bytes - before).toBeLessThan(3 * 1024);
  });
});

describe('recordings', () => {
  const fileOf = (id: string) => `redial/1000/${id}.wav`;
  const recording = (id: string) => join(pbx.asterisk.recordingsFolder, fileOf(id));

  test.each([
    ['that speaks is heard', '27820200001', 10_000],
    ['that sends no sound leaves an empty one', '27820000001', -1],
  ])('dial2 %s', async (_, number, loudnessMin) => {
    const id = nextId();
    const call = await originate({
      id,
      dial2: `PJSIP/${number}@carrier`,
      variables: [`REDIAL_RECORDING=${fileOf(id)}`, 'REDIAL_TALK_LIMIT_SECONDS=2'],
    });
    expect(await call.ended()).toMatchObject({ dialStatus: 'ANSWER', recorded: '1' });
    // Asterisk writes the last part after the call's end.
    await expect.poll(() => existsSync(recording(id)) && loudness(recording(id))).toBeGreaterThan(loudnessMin);
  });

  test('a busy dial2 leaves none', async () => {
    const id = nextId();
    const call = await originate({
      id,
      dial2: 'PJSIP/27820020001@carrier',
      variables: [`REDIAL_RECORDING=${fileOf(id)}`],
    });
    expect(await call.ended()).toMatchObject({ dialStatus: 'BUSY', recorded: '' });
    expect(existsSync(recording(id))).toBe(false);
  });

  test.each(['app_mixmonitor', 'app_exec'])(
    'a PBX without %s loses only the recording, not the call',
    async (module) => {
      await pbx.asterisk.cli(`module unload ${module}.so`);
      try {
        const id = nextId();
        const call = await originate({
          id,
          dial2: 'PJSIP/27820060001@carrier',
          variables: [`REDIAL_RECORDING=${fileOf(id)}`],
        });
        const entry = await call.ended();
        expect(entry).toMatchObject({ dialStatus: 'ANSWER', endedBy: 'dial2', recorded: '' });
        expect(Number(entry.talkMs)).toBeGreaterThan(900);
        expect(entry.dial2Uniqueid).toMatch(/^\d+\.\d+$/);
      } finally {
        await pbx.asterisk.cli(`module load ${module}.so`);
      }
    },
  );
});

describe('the phones press keys', () => {
  test.each([
    ['27820210001', '1'],
    ['27820220001', '9'],
    ['27820200001', ''],
  ])('%s: "%s"', async (number, key) => {
    const call = await originate({
      channel: `PJSIP/${number}@carrier`,
      dial2: 'Local/play@redial-message/n',
      variables: ['REDIAL_MESSAGE=redial-test', 'REDIAL_MESSAGE_WAIT=1'],
    });
    expect(await call.ended()).toMatchObject({ dialStatus: 'ANSWER', key });
  });
});

describe('the dialplan checks its input', () => {
  test.each([
    ['two destinations', ['REDIAL_DIAL2_CHANNEL=PJSIP/1001&PJSIP/1002']],
    ['a URI', ['REDIAL_DIAL2_CHANNEL=PJSIP/1000/sip:any@127.0.0.1']],
    ['a variable', [`REDIAL_DIAL2_CHANNEL=PJSIP/\${EXTEN}@carrier`]],
    ['a space', ['REDIAL_DIAL2_CHANNEL=PJSIP/1001 ']],
    ['no destination', ['REDIAL_DIAL2_CHANNEL=']],
    ['ring seconds that are no number', ['REDIAL_DIAL2_RING_SECONDS=5x']],
    ['no ring seconds', ['REDIAL_DIAL2_RING_SECONDS=']],
    ['a talk limit that is no number', ['REDIAL_TALK_LIMIT_SECONDS=1:2']],
    ['a caller ID with a name in it', ['REDIAL_DIAL2_CALLER_ID=1"x" <2>']],
  ])('%s: dial2 is not dialled, and the journal holds INVALIDARGS', async (_, variables) => {
    const call = await originate({ variables });
    expect(await call.ended()).toMatchObject({ dialStatus: 'INVALIDARGS', dial2Tech: '', talkMs: '' });
    expect(pbx.phones.invites()).toHaveLength(1);
  });

  test.each([['REDIAL_SLOT=1/2'], ['REDIAL_SLOT='], ['REDIAL_SLOT=100000'], ['REDIAL_ATTEMPT=att_x']])(
    '%s: refused, nothing is written',
    async (variable) => {
      const call = await originate({ variables: [variable] });
      expect(await call.event('Hangup')).toMatchObject({ Cause: '21' });
      expect(await call.journal()).toBeUndefined();
      expect(pbx.phones.invites()).toHaveLength(1);
    },
  );
});

describe('the AMI user', () => {
  test.each(['Status', 'Getvar', 'CoreShowChannels'])('finds a live call by the attempt id with %s', async (action) => {
    const call = await originate({ agent: '1101' });
    await call.event('Newstate');
    const answer = await ami.action({
      Action: action,
      ...(action === 'CoreShowChannels' ? {} : { Channel: call.id }),
      Variable: 'REDIAL_SLOT',
    });
    expect(answer['Response']).toBe('Success');
    if (action === 'Getvar') expect(answer['Value']).toBe(String(call.slot));
    else
      await ami.until(
        (packet) => /^(Status|CoreShowChannel)$/.test(packet['Event'] ?? '') && packet['Uniqueid'] === call.id,
      );
  });

  test.each(['Status', 'Getvar', 'Hangup'])('gets no such call by %s', async (action) => {
    const answer = await ami.action({ Action: action, Channel: nextId(), Variable: 'REDIAL_SLOT' });
    expect(answer).toMatchObject({ Response: 'Error', Message: 'No such channel' });
  });

  test('ends a ringing call by the attempt id', async () => {
    const call = await originate({ agent: '1101' });
    await call.event('Newstate');
    expect(await ami.action({ Action: 'Hangup', Channel: call.id, Cause: '16' })).toMatchObject({
      Response: 'Success',
      Message: 'Channel Hungup',
    });
    expect(await call.event('Hangup')).toMatchObject({ Cause: '16', ChannelStateDesc: 'Ringing' });
    expect(await call.event('OriginateResponse')).toMatchObject({ Response: 'Failure', Reason: '0' });
  });

  test.each([
    { Action: 'Command', Command: 'core show channels' },
    { Action: 'DBPut', Family: 'redial', Key: '1', Val: 'x' },
    { Action: 'DBDel', Family: 'redial', Key: '1' },
    { Action: 'UserEvent', UserEvent: 'RedialAttempt', Journal: 'forged' },
    { Action: 'Filter', Operation: 'Add', Filter: 'Event' },
  ])('may not $Action', async (action) => {
    expect(await ami.action(action)).toMatchObject({ Response: 'Error', Message: 'Permission denied' });
  });

  test('is refused a second call with the same id while the first lives', async () => {
    const call = await originate({ agent: '1101' });
    await call.event('Newstate');
    ami.send({ ...call.action, ActionID: 'second' });
    expect(
      await ami.until((packet) => packet['Event'] === 'OriginateResponse' && packet['ActionID'] === 'second'),
    ).toMatchObject({
      Response: 'Failure',
      Reason: '0',
      Uniqueid: call.id,
    });
    expect(pbx.phones.invitesTo('1101')).toHaveLength(1);
  });
});

test('the journal outlives kill -9 of Asterisk', async () => {
  const call = await originate({ dial2: 'PJSIP/27820020001@carrier' });
  const entry = (await call.ended()).text;
  await wait(1_100); // AstDB writes to disk about once a second: a kill before that loses the entry.
  await pbx.asterisk.kill();
  await pbx.asterisk.restart();
  ami.close();
  ami = await Ami.open(pbx);
  expect(await call.journal()).toBe(entry);
});

type Packet = Record<string, string>;

const live = new Set<string>();
let slots = 0;

interface OriginateOptions {
  id?: string;
  agent?: string;
  /** Instead of the agent's. */
  channel?: string;
  dial2?: string;
  timeoutMs?: number;
  ringSeconds?: number;
  variables?: string[];
}

function nextId(): string {
  return `att_01K0TESTTESTTEST${String(++slots).padStart(10, '0')}`;
}

async function originate({
  id = nextId(),
  agent = '1000',
  channel = `PJSIP/${agent}`,
  dial2 = 'PJSIP/27820000001@carrier',
  timeoutMs = 5_000,
  ringSeconds = 5,
  variables = [],
}: OriginateOptions) {
  const slot = slots;
  const own = new Set(variables.map((variable) => variable.split('=')[0]));
  const standard = [
    `REDIAL_ATTEMPT=${id}`,
    `REDIAL_SLOT=${slot}`,
    `REDIAL_DIAL2_CHANNEL=${dial2}`,
    'REDIAL_DIAL2_CALLER_ID=27110001111',
    `REDIAL_DIAL2_RING_SECONDS=${ringSeconds}`,
  ].filter((variable) => !own.has(variable.split('=')[0]));
  const action = {
    ...{
      Action: 'Originate',
      ActionID: id,
      ChannelId: id,
      Channel: channel,
      Context: 'redial',
      Exten: 'connect',
      Priority: '1',
    },
    ...{
      Async: 'true',
      Timeout: String(timeoutMs),
      CallerID: '"Redial" <0860000000>',
      Variable: [...standard, ...variables],
    },
  };
  live.add(id);
  const startedAt = Date.now();
  expect(await ami.action(action)).toMatchObject({ Response: 'Success', Message: 'Originate successfully queued' });
  const isOurs = (packet: Packet) => packet['Uniqueid'] === id;
  return {
    id,
    slot,
    action,
    startedAt,
    event: (name: string) => ami.until((packet) => packet['Event'] === name && isOurs(packet)),
    journal: () => dbGet(slot),
    /** The journal once the call has ended; the event's text and the database's are the same. */
    ended: async () => {
      const event = await ami.until((packet) => packet['UserEvent'] === 'RedialAttempt' && isOurs(packet));
      const text = event['Journal'] ?? '';
      expect(await dbGet(slot)).toBe(text);
      const [
        attempt,
        phase,
        dialStatus,
        hangupCause,
        endedBy,
        talkMs,
        dialMs,
        answeredAt,
        endedAt,
        dial2Cause,
        dial2Tech,
        dial2Uniqueid,
        ringMs,
        recorded,
        key,
        dial2EndedAt,
        transferred,
        ...rest
      ] = text.split('|');
      expect({ attempt, phase, transferred, rest }).toEqual({ attempt: id, phase: 'ended', transferred: '', rest: [] });
      expect(dial2EndedAt).toMatch(/^([0-9]{10}[.][0-9]{3})?$/);
      expect(Number(endedAt) - Number(answeredAt)).toBeGreaterThanOrEqual(0);
      return {
        ...{ text, dialStatus, hangupCause, endedBy, talkMs, dialMs, dial2Cause, dial2Tech, dial2Uniqueid, ringMs },
        ...{ recorded, key },
      };
    },
  };
}

/** Root mean square of a WAV's samples; 0 for silence and for none. */
function loudness(path: string): number {
  const file = readFileSync(path);
  const samples = Array.from({ length: Math.floor((file.length - 44) / 2) }, (_, n) => file.readInt16LE(44 + n * 2));
  return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / Math.max(1, samples.length));
}

async function dbGet(slot: number): Promise<string | undefined> {
  const answer = await ami.action({ Action: 'DBGet', Family: 'redial', Key: String(slot) });
  if (answer['Response'] === 'Error') return undefined;
  return (
    await ami.until((packet) => packet['Event'] === 'DBGetResponse' && packet['ActionID'] === answer['ActionID'])
  )['Val'];
}

/** A minimal AMI client: lines out, packets in. */
class Ami {
  readonly packets: Packet[] = [];
  bytes = 0;
  readonly #socket: Socket;
  #rest = '';
  #actions = 0;
  #waiting: (() => void)[] = [];

  static async open({ asterisk }: TestPbx): Promise<Ami> {
    const socket = connect(asterisk.ami.port, asterisk.ami.host);
    const client = new Ami(socket);
    const answer = await client.action({
      Action: 'Login',
      Username: asterisk.ami.username,
      Secret: asterisk.ami.secret,
    });
    expect(answer).toMatchObject({ Response: 'Success' });
    return client;
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.bytes += chunk.length;
      const parts = (this.#rest + String(chunk)).split('\r\n\r\n');
      this.#rest = parts.pop() ?? '';
      for (const part of parts) {
        this.packets.push(
          Object.fromEntries(
            part
              .split('\r\n')
              .flatMap((line) =>
                line.includes(': ') ? [[line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]] : [],
              ),
          ),
        );
      }
      for (const notify of this.#waiting.splice(0)) notify();
    });
  }

  send(headers: Record<string, string | string[]>): void {
    const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  async action(headers: Record<string, string | string[]>): Promise<Packet> {
    const id = typeof headers['ActionID'] === 'string' ? headers['ActionID'] : `test-${++this.#actions}`;
    this.send({ ...headers, ActionID: id });
    return this.until(
      (packet) => packet['Response'] !== undefined && packet['Event'] === undefined && packet['ActionID'] === id,
    );
  }

  async until(predicate: (packet: Packet) => boolean, timeoutMs = 8_000): Promise<Packet> {
    const deadline = Date.now() + timeoutMs;
    while (true) {
      const found = this.packets.find(predicate);
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`No such packet within ${timeoutMs} ms; last: ${JSON.stringify(this.packets.slice(-3))}`);
      await Promise.race([new Promise<void>((done) => this.#waiting.push(done)), wait(100)]);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
