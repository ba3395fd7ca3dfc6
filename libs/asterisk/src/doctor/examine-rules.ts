import type { AmiReply } from '../ami/ami-link.ts';
import { journalFamily } from '../journal/journal.ts';

/** One condition that a PBX must meet. */
export interface PbxCheck {
  readonly check: PbxCheckName;
  /** `unsure`: the PBX gave no usable answer. */
  readonly decision: 'ok' | 'failed' | 'unsure';
  /** One sentence. Of a failed check, it states what to change. */
  readonly message: string;
}

export type PbxCheckName =
  | 'reachable'
  | 'login'
  | 'version'
  | 'rights'
  | 'excess_rights'
  | 'observer_rights'
  | 'dialplan'
  | 'features'
  | 'journal'
  | 'events'
  | 'event_filter';

const oldestVersion = 16;

const decisionsOf = (check: PbxCheckName) => ({
  ok: (message: string): PbxCheck => ({ check, decision: 'ok', message }),
  failed: (message: string): PbxCheck => ({ check, decision: 'failed', message }),
  unsure: (message: string): PbxCheck => ({ check, decision: 'unsure', message }),
});

export function reachableCheck(address: string, failure?: string): PbxCheck {
  const { ok, failed } = decisionsOf('reachable');
  if (failure === undefined) return ok(`${address} answers.`);
  return failed(
    `${address} cannot be reached (${failure}): set "enabled = yes" in manager.conf, and check its bindaddr, port and the firewall.`,
  );
}

export function loginCheck(username: string, failure?: string): PbxCheck {
  const { ok, failed } = decisionsOf('login');
  if (failure === undefined) return ok(`${username} is logged in.`);
  return failed(
    `The login of ${username} failed (${failure}): check the username and secret here, and the secret, permit and deny of [${username}] in manager.conf.`,
  );
}

/** From CoreSettings. */
export function versionCheck(settings: AmiReply): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('version');
  const version = settings.type === 'answered' ? settings.response.get('AsteriskVersion') : undefined;
  // Certified releases are called certified/18.9-cert1.
  const major = Number(/^(?:[A-Za-z-]*\/)?(\d+)/.exec(version ?? '')?.[1]);
  if (version === undefined || Number.isNaN(major)) return unsure('Asterisk reported no readable version.');
  if (major >= oldestVersion) return ok(`Asterisk ${version}.`);
  return failed(`Asterisk ${version} is too old: install ${oldestVersion} or newer.`);
}

/** From ListCommands, which names exactly the actions that the user may run. */
export function rightsCheck(commands: AmiReply, username: string): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('rights');
  if (!isSuccess(commands)) return unsure('Asterisk did not list the actions that the user may run.');
  // Each is an action that its right alone allows: Hangup and DBGet also come with `system`.
  const needed = { originate: 'Originate', call: 'Redirect', reporting: 'ShowDialPlan' };
  const missing = Object.entries(needed).flatMap(([right, action]) => (mayRun(commands, action) ? [] : [right]));
  if (missing.length === 0) return ok(`${username} may originate, hang up and read the journal.`);
  return failed(`${username} lacks ${missing.join(', ')}: ${setWrite(username)}`);
}

/** From ListCommands. */
export function excessRightsCheck(commands: AmiReply, username: string): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('excess_rights');
  if (!isSuccess(commands)) return unsure('Asterisk did not list the actions that the user may run.');
  const actionOfRight = { system: 'DBDel', command: 'Command', config: 'UpdateConfig' };
  const excess = Object.entries(actionOfRight).flatMap(([right, action]) => (mayRun(commands, action) ? [right] : []));
  if (excess.length === 0) return ok(`${username} has no right that Redial does not need.`);
  return failed(
    `${username} may do more than Redial needs (${excess.join(', ')}), and so may anyone who learns its secret: ${setWrite(username)}`,
  );
}

/** From ListCommands of the user that places no calls. */
export function observerRightsCheck(commands: AmiReply, username: string): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('observer_rights');
  if (!isSuccess(commands)) return unsure(`Asterisk did not list the actions that ${username} may run.`);
  const set = `set "write = call,reporting" and "read = call,user" for [${username}] in manager.conf.`;
  const needed = { call: 'Redirect', reporting: 'ShowDialPlan' };
  const missing = Object.entries(needed).flatMap(([right, action]) => (mayRun(commands, action) ? [] : [right]));
  if (missing.length > 0) return failed(`${username} lacks ${missing.join(', ')}: ${set}`);
  const actionOfRight = { originate: 'Originate', system: 'DBDel', command: 'Command', config: 'UpdateConfig' };
  const excess = Object.entries(actionOfRight).flatMap(([right, action]) => (mayRun(commands, action) ? [right] : []));
  if (excess.length === 0) return ok(`${username} may hang up and read the journal, and places no calls.`);
  return failed(`${username} is not to place calls, and may do more than that (${excess.join(', ')}): ${set}`);
}

/** From ShowDialPlan of redial,connect. */
export function dialplanCheck(dialplan: AmiReply): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('dialplan');
  if (dialplan.type !== 'answered') return unsure(`The dialplan could not be read: ${dialplan.message}.`);
  if (isDenied(dialplan)) return unsure('The dialplan could not be read: ShowDialPlan needs write=reporting.');
  const lines = dialplan.events.map((event) => event.get('AppData') ?? '');
  const has = (text: string) => lines.some((line) => line.includes(text));
  // The newest part of the file.
  if (has(`DB(${journalFamily}/`) && !has('redial-no-forward')) {
    return unsure(
      'The context redial is from an older redial.conf: transfers, forwards, several devices and dial2’s answers are reported wrongly. Copy the present one, and manager.redial.conf with it, and run "dialplan reload" and "manager reload".',
    );
  }
  if (has(`DB(${journalFamily}/`)) return ok('The dialplan has the context redial.');
  return failed(
    'The dialplan has no context redial with the extension connect: add "#include redial.conf" to extensions.conf (FreePBX: extensions_custom.conf) and run "dialplan reload".',
  );
}

/** From ListCommands: each module that only some calls need has an action that our rights allow. */
export function featuresCheck(commands: AmiReply): PbxCheck {
  const { ok, unsure } = decisionsOf('features');
  if (!isSuccess(commands)) return unsure('Asterisk did not list the actions that the user may run.');
  const actionOfRight = {
    app_mixmonitor: ['MixMonitorMute', 'recorded'],
    app_queue: ['QueueStatus', 'sent to a queue'],
  } as const;
  const missing = Object.entries(actionOfRight).filter(([, [action]]) => !mayRun(commands, action));
  if (missing.length === 0) return ok('Calls can be recorded and sent to queues.');
  const modules = missing.map(([module]) => module).join(' and ');
  return unsure(
    `Calls cannot be ${missing.map(([, [, use]]) => use).join(' or ')}: load ${modules} if they are to be.`,
  );
}

/** From DBGet of any slot. */
export function journalCheck(entry: AmiReply, username: string): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('journal');
  if (entry.type !== 'answered') return unsure(`The PBX journal could not be read: ${entry.message}.`);
  const message = entry.response.get('Message') ?? '';
  if (isSuccess(entry) || /not found/i.test(message)) return ok('The PBX journal can be read.');
  return failed(`The PBX journal cannot be read (${message}): ${setWrite(username)}`);
}

/** The result of the doctor's probe. */
export interface ProbeReport {
  /** The PBX accepted it. */
  readonly sent: boolean;
  /** Its OriginateResponse came. */
  readonly reported: boolean;
  /** Names of all other events that came. */
  readonly seen: ReadonlySet<string>;
}

export function eventsCheck({ sent, reported }: ProbeReport, username: string): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('events');
  if (reported) return ok('OriginateResponse events arrive. UserEvents cannot be tested without a call.');
  if (!sent)
    return unsure(
      'Whether events arrive could not be tested, because Asterisk accepts no Originate to redial,connect,1.',
    );
  return failed(
    `No OriginateResponse event arrived: set "read = call,cdr,user" for [${username}] in manager.conf, and let its eventfilter lines pass OriginateResponse.`,
  );
}

export function eventFilterCheck({ reported, seen }: ProbeReport, username: string): PbxCheck {
  const { ok, failed, unsure } = decisionsOf('event_filter');
  const stray = ['Newchannel', 'Newexten', 'VarSet'].filter((name) => seen.has(name));
  if (stray.length > 0) {
    return failed(
      `Events that Redial does not use arrive (${stray.join(', ')}), nine of ten on a busy PBX: copy the eventfilter lines of manager.redial.conf to [${username}].`,
    );
  }
  if (reported) return ok('Only events that Redial uses arrive.');
  return unsure('Whether an event filter is set is not known, because no event came.');
}

export function mayRun(commands: AmiReply, action: string): boolean {
  return commands.type === 'answered' && commands.response.get(action) !== undefined;
}

function isSuccess(reply: AmiReply): boolean {
  return reply.type === 'answered' && reply.response.name === 'Success';
}

function isDenied(reply: AmiReply): boolean {
  return reply.type === 'answered' && /permission/i.test(reply.response.get('Message') ?? '');
}

function setWrite(username: string): string {
  return `set "write = originate,call,reporting" for [${username}] in manager.conf.`;
}
