import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ScriptedAmi, startScriptedAmi } from '../../testing/scripted-ami.ts';
import { type DoctorOptions, examineObserver, examinePbx } from './doctor.ts';
import type { PbxCheck } from './examine-rules.ts';

let ami: ScriptedAmi;

beforeEach(async () => {
  ami = await startScriptedAmi();
  healthy();
});

afterEach(() => ami.stop());

/** Answers as Asterisk 22.10.1 does, to a user with exactly the rights of manager.redial.conf. */
function healthy(): void {
  commands('Originate', 'Redirect', 'ShowDialPlan', 'MixMonitorMute', 'QueueStatus', 'Ping');
  dialplan('DB(redial/$' + '{REDIAL_SLOT})=x', 'Set(FORWARD_CONTEXT=redial-no-forward)');
  ami.on('DBGet', (action) => action.answer('Response: Error', 'Message: Database entry not found'));
  probeReports('OriginateResponse');
}

function dialplan(...lines: string[]): void {
  ami.on('ShowDialPlan', (action) => {
    const id = `ActionID: ${action.get('ActionID')}`;
    action.answer('Response: Success', 'EventList: start', 'Message: DialPlan list will follow');
    for (const line of lines)
      ami.send('Event: ListDialplan', id, 'Context: redial', 'Extension: connect', `AppData: ${line}`);
    ami.send('Event: ShowDialPlanComplete', id, 'EventList: Complete');
  });
}

function commands(...names: string[]): void {
  ami.on('ListCommands', (action) =>
    action.answer('Response: Success', ...names.map((name) => `${name}: does it.  (Priv: x)`)),
  );
}

function probeReports(...events: string[]): void {
  ami.on('Originate', (action) => {
    action.answer('Response: Success', 'Message: Originate successfully queued');
    for (const event of events) {
      ami.send(`Event: ${event}`, 'Response: Failure', 'Channel: Local/redial-doctor@redial', 'Reason: 0');
    }
  });
}

async function examine(options: DoctorOptions = {}): Promise<Map<PbxCheck['check'], PbxCheck>> {
  const checks = await examinePbx({ host: '127.0.0.1', port: ami.port, username: 'redial', secret: 's3cret' }, options);
  for (const { message } of checks) {
    expect(message).toMatch(/^[^\n]+\.$/);
    expect(message).not.toContain('s3cret');
  }
  expect(new Set(checks.map(({ check }) => check)).size).toBe(checks.length);
  return new Map(checks.map((check) => [check.check, check]));
}

const decisions = (checks: Map<string, PbxCheck>) =>
  Object.fromEntries([...checks].map(([name, { decision }]) => [name, decision]));

test('a PBX without faults', async () => {
  expect(decisions(await examine())).toEqual({
    reachable: 'ok',
    login: 'ok',
    version: 'ok',
    rights: 'ok',
    excess_rights: 'ok',
    dialplan: 'ok',
    features: 'ok',
    journal: 'ok',
    events: 'ok',
    event_filter: 'ok',
  });
  await ami.allClosed();
});

test('the probe goes to an extension that does not exist, and is no attempt', async () => {
  await examine();
  const probe = ami.received.find((action) => action.name === 'Originate');
  expect(probe?.get('Channel')).toBe('Local/redial-doctor@redial');
  expect(probe?.get('ChannelId')).toBeUndefined();
  expect(ami.received.filter((action) => action.name === 'Originate')).toHaveLength(1);
});

describe('what is wrong is named, with what to change', () => {
  test('not reachable', async () => {
    await ami.stop();
    const checks = await examine();
    expect(checks.get('reachable')?.message).toMatch(/cannot be reached \(ECONNREFUSED\): set "enabled = yes"/);
    expect(decisions(checks)).toEqual({ reachable: 'failed' });
    ami = await startScriptedAmi();
  });

  test('reachable, and silent', async () => {
    ami.on('login', () => {});
    expect((await examine({ timing: { loginDeadlineMs: 20 } })).get('reachable')?.message).toContain(
      'no login within 20 ms',
    );
  });

  test('login refused', async () => {
    ami.on('login', (action) => action.answer('Response: Error', 'Message: Authentication failed'));
    const checks = await examine();
    expect(decisions(checks)).toEqual({ reachable: 'ok', login: 'failed' });
    expect(checks.get('login')?.message).toMatch(
      /Authentication failed\): check the username and secret here, and .* \[redial\] in manager.conf/,
    );
  });

  test.each([
    ['22.10.1+dfsg', 'ok'],
    ['16.28.0~dfsg', 'ok'],
    ['certified/18.9-cert1', 'ok'],
    ['13.38.3', 'failed'],
    ['GIT-master-abc', 'unsure'],
  ])('Asterisk %s: %s', async (version, decision) => {
    ami.on('CoreSettings', (action) => action.answer('Response: Success', `AsteriskVersion: ${version}`));
    expect((await examine()).get('version')?.decision).toBe(decision);
  });

  test('a context that is missing', async () => {
    ami.on('ShowDialPlan', (action) => action.answer('Response: Error', 'Message: Did not find context redial'));
    ami.on('Originate', (action) => action.answer('Response: Error', 'Message: Extension does not exist.'));
    const checks = await examine();
    expect(checks.get('dialplan')).toMatchObject({
      decision: 'failed',
      message: expect.stringContaining('#include redial.conf'),
    });
    expect(checks.get('events')?.decision).toBe('unsure');
    expect(checks.get('event_filter')?.decision).toBe('unsure');
  });

  test('a context of an older redial.conf', async () => {
    dialplan('DB(redial/$' + '{REDIAL_SLOT})=x', '$' + '{REDIAL_RECORDING}');
    expect((await examine()).get('dialplan')).toMatchObject({
      decision: 'unsure',
      message: expect.stringContaining('older redial.conf'),
    });
  });

  test.each([
    [['QueueStatus'], 'Calls cannot be recorded: load app_mixmonitor if they are to be.'],
    [[], 'Calls cannot be recorded or sent to a queue: load app_mixmonitor and app_queue if they are to be.'],
  ])('modules that only some calls need: %j is there', async (there, message) => {
    commands('Originate', 'Redirect', 'ShowDialPlan', ...there);
    expect((await examine()).get('features')).toEqual({ check: 'features', decision: 'unsure', message });
  });

  test('rights that are missing', async () => {
    commands('Redirect', 'Hangup', 'DBGet', 'Ping');
    ami.on('DBGet', (action) => action.answer('Response: Error', 'Message: Permission denied'));
    const checks = await examine();
    expect(checks.get('rights')?.message).toBe(
      'redial lacks originate, reporting: set "write = originate,call,reporting" for [redial] in manager.conf.',
    );
    expect(checks.get('journal')?.decision).toBe('failed');
    expect(ami.received.some((action) => action.name === 'Originate')).toBe(false);
  });

  test('too many rights', async () => {
    commands('Originate', 'Redirect', 'ShowDialPlan', 'DBDel', 'Command', 'UpdateConfig');
    expect((await examine()).get('excess_rights')).toMatchObject({
      decision: 'failed',
      message: expect.stringContaining('(system, command, config)'),
    });
  });

  test('a PBX that does not list the allowed actions', async () => {
    ami.on('ListCommands', (action) => action.answer('Response: Error', 'Message: Permission denied'));
    expect((await examine()).get('rights')?.decision).toBe('unsure');
  });

  test('events that do not come', async () => {
    probeReports();
    const checks = await examine({ probeDeadlineMs: 20 });
    expect(checks.get('events')).toMatchObject({
      decision: 'failed',
      message: expect.stringContaining('read = call,cdr,user'),
    });
    expect(checks.get('event_filter')?.decision).toBe('unsure');
  });

  test('an event filter that is missing', async () => {
    probeReports('Newchannel', 'VarSet', 'OriginateResponse');
    expect((await examine()).get('event_filter')).toMatchObject({
      decision: 'failed',
      message: expect.stringContaining('(Newchannel, VarSet)'),
    });
  });
});

describe('the user of the processes that place no calls', () => {
  const observer = { username: 'redial-observer', secret: 's3cret' };
  const examineIt = () => examineObserver({ host: '127.0.0.1', port: ami.port, observer });

  test('is not checked where there is none', async () => {
    expect(await examineObserver({ host: '127.0.0.1', port: ami.port })).toEqual([]);
  });

  test.each([
    ['may do what it must', ['Redirect', 'ShowDialPlan'], 'ok', 'places no calls'],
    ['may originate', ['Redirect', 'ShowDialPlan', 'Originate'], 'failed', 'may do more than that (originate)'],
    ['may write the journal', ['Redirect', 'ShowDialPlan', 'DBDel'], 'failed', 'may do more than that (system)'],
    ['may not read it', ['Redirect'], 'failed', 'lacks reporting'],
    ['may not hang up', ['ShowDialPlan'], 'failed', 'lacks call'],
  ])('given it %s', async (_name, names, decision, said) => {
    commands(...names);
    const checks = await examineIt();
    expect(checks).toMatchObject([
      { check: 'login', decision: 'ok' },
      { check: 'observer_rights', decision, message: expect.stringContaining(said) },
    ]);
  });
});
