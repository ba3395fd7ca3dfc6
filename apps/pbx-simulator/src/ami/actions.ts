import type { AmiMessage } from './ami-parser.ts';
import {
  answerOriginate,
  answerStatus,
  coreShowChannels,
  getvar,
  hangup,
  redirect,
  setvar,
} from './channel-actions.ts';
import { coreSettings, coreStatus, dbGet, dbGetTree, extensionState, showDialPlan } from './core-actions.ts';
import { type AmiRequest, error, respond, type SessionState } from './reply.ts';
import { challenge, events, login, logoff, ping } from './session-actions.ts';

type Action = (request: AmiRequest) => void;

/**
 * manager.redial.conf: `write = originate,request,reporting`. The other classes exist, and our user does not have them.
 */
const ourRights = new Set(['originate', 'call', 'reporting']);

/**
 * Each action, with its rights: one of them is needed; none: every user may run it. Source: main/manager.c, main/db.c,
 * main/pbx.c.
 */
const actions: Readonly<Record<string, { readonly rights: readonly string[]; readonly run: Action }>> = {
  Login: { rights: [], run: login },
  Logoff: { rights: [], run: logoff },
  Challenge: { rights: [], run: challenge },
  Ping: { rights: [], run: ping },
  Events: { rights: [], run: events },
  ListCommands: { rights: [], run: listCommands },
  Originate: { rights: ['originate'], run: answerOriginate },
  Hangup: { rights: ['system', 'call'], run: hangup },
  Redirect: { rights: ['call'], run: redirect },
  Status: { rights: ['system', 'call', 'reporting'], run: answerStatus },
  CoreShowChannels: { rights: ['system', 'reporting'], run: coreShowChannels },
  CoreStatus: { rights: ['system', 'reporting'], run: coreStatus },
  CoreSettings: { rights: ['system', 'reporting'], run: coreSettings },
  Getvar: { rights: ['call', 'reporting'], run: getvar },
  Setvar: { rights: ['call'], run: setvar },
  DBGet: { rights: ['system', 'reporting'], run: dbGet },
  DBGetTree: { rights: ['system', 'reporting'], run: dbGetTree },
  ShowDialPlan: { rights: ['config', 'reporting'], run: showDialPlan },
  ExtensionState: { rights: ['call', 'reporting'], run: extensionState },
  DBPut: { rights: ['system'], run: never },
  DBDel: { rights: ['system'], run: never },
  DBDelTree: { rights: ['system'], run: never },
  Command: { rights: ['command'], run: never },
  Filter: { rights: ['system'], run: never },
  Reload: { rights: ['config', 'system'], run: never },
  GetConfig: { rights: ['system', 'config'], run: never },
  UpdateConfig: { rights: ['config'], run: never },
  ModuleLoad: { rights: ['system'], run: never },
  UserEvent: { rights: ['user'], run: never },
  // Actions of loaded modules. Redial never runs them: the doctor looks for them in the list.
  MixMonitorMute: { rights: ['system', 'call'], run: unused },
  QueueStatus: { rights: [], run: unused },
};

/** AMI takes the name of an action in any case. */
const actionsByName = new Map(Object.entries(actions).map(([name, action]) => [name.toLowerCase(), action]));

/** Runs one message, as Asterisk's process_message does. */
export function answerAction(session: SessionState, message: AmiMessage): void {
  const request = { session, message };
  const name = message.header('Action');
  if (message.fault !== undefined) error(request, message.fault);
  else if (name === '') error(request, 'Missing action in request');
  else if (!session.authenticated && !/^(login|logoff|challenge)$/i.test(name)) error(request, 'Permission denied');
  else {
    const action = actionsByName.get(name.toLowerCase());
    if (action === undefined) {
      error(request, `Invalid/unknown command: ${name}. Use Action: ListCommands to show available commands.`);
    } else if (!mayRun(action.rights)) {
      error(request, 'Permission denied');
    } else {
      action.run(request);
    }
  }
}

function mayRun(rights: readonly string[]): boolean {
  return rights.length === 0 || rights.some((right) => ourRights.has(right));
}

/** Exactly the actions that this user may run. */
function listCommands(request: AmiRequest): void {
  const allowed = Object.entries(actions).filter(([, { rights }]) => mayRun(rights));
  respond(
    request,
    'Success',
    allowed.map(([name, { rights }]) => [
      name,
      `(Priv: ${rights.length === 0 ? '<none>' : [...rights, 'all'].join()})`,
    ]),
  );
}

function unused(request: AmiRequest): void {
  error(request, 'Not simulated');
}

/** For actions that our rights never allow. */
function never(): void {
  throw new Error('an action ran that needs a right which this user does not have');
}
