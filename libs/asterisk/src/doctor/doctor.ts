import type { Result } from '@redial/call';
import type { AmiAction } from '../ami/ami-action.ts';
import { type AmiLink, createAmiLink, type LinkTiming } from '../ami/ami-link.ts';
import { type AmiAccess, type FailedLogin, openAmiSession } from '../ami/ami-session.ts';
import { systemTimers, type Timers } from '../ami/timers.ts';
import { showDialplan } from '../dialplan/dialplan.ts';
import { journalFamily } from '../journal/journal.ts';
import {
  dialplanCheck,
  eventFilterCheck,
  eventsCheck,
  excessRightsCheck,
  featuresCheck,
  journalCheck,
  loginCheck,
  mayRun,
  observerRightsCheck,
  type PbxCheck,
  type ProbeReport,
  reachableCheck,
  rightsCheck,
  versionCheck,
} from './examine-rules.ts';

export interface DoctorOptions {
  readonly timers?: Timers;
  readonly timing?: Partial<LinkTiming>;
  /** How long the PBX may take to report the probe's end. */
  readonly probeDeadlineMs?: number;
}

/**
 * Checks one PBX. It changes nothing and rings no phone: its one Originate names an extension that the `redial` context
 * does not have. Asterisk makes a Local channel, finds nothing to dial, and reports the failure. That report proves
 * that events arrive. If the channel's own events arrive too, no event filter is set.
 */
export async function examinePbx(
  { host, port, username, secret }: AmiAccess,
  options: DoctorOptions = {},
): Promise<PbxCheck[]> {
  const { timers = systemTimers, timing = {}, probeDeadlineMs = 5_000 } = options;
  const address = `${host}:${port}`;
  const opened = await open({ host, port, username, secret }, timers, timing);
  if (!opened.ok && opened.step === 'connect') return [reachableCheck(address, opened.reason)];
  if (!opened.ok) return [reachableCheck(address), loginCheck(username, opened.reason)];
  const { link } = opened.value;
  try {
    const settings = await link.send([['Action', 'CoreSettings']]);
    const commands = await link.send([['Action', 'ListCommands']]);
    const dialplan = await link.sendForList(showDialplan);
    const entry = await link.sendForList(readJournal);
    const report = mayRun(commands, 'Originate') ? await sendProbe(opened.value, timers, probeDeadlineMs) : undefined;
    return [
      reachableCheck(address),
      loginCheck(username),
      versionCheck(settings),
      rightsCheck(commands, username),
      excessRightsCheck(commands, username),
      dialplanCheck(dialplan),
      featuresCheck(commands),
      journalCheck(entry, username),
      ...(report === undefined ? [] : [eventsCheck(report, username), eventFilterCheck(report, username)]),
    ];
  } finally {
    await link.stop();
  }
}

/** A PBX, and the login of the processes that place no calls. */
interface ObservedPbx extends Pick<AmiAccess, 'host' | 'port'> {
  readonly observer?: Pick<AmiAccess, 'username' | 'secret'> | undefined;
}

/** Checks the user of the processes that place no calls, where there is one. Changes nothing. */
export async function examineObserver(
  { host, port, observer }: ObservedPbx,
  { timers = systemTimers, timing = {} }: DoctorOptions = {},
): Promise<PbxCheck[]> {
  if (observer === undefined) return [];
  const opened = await open({ host, port, ...observer }, timers, timing);
  if (!opened.ok && opened.step === 'connect') return [reachableCheck(`${host}:${port}`, opened.reason)];
  if (!opened.ok) return [loginCheck(observer.username, opened.reason)];
  try {
    const commands = await opened.value.link.send([['Action', 'ListCommands']]);
    return [loginCheck(observer.username), observerRightsCheck(commands, observer.username)];
  } finally {
    await opened.value.link.stop();
  }
}

const readJournal: AmiAction = [
  ['Action', 'DBGet'],
  ['Family', journalFamily],
  ['Key', '0'],
];

const probeChannel = 'Local/redial-doctor@redial';
const probe: AmiAction = [
  ['Action', 'Originate'],
  ['Channel', probeChannel],
  ['Context', 'redial'],
  ['Exten', 'connect'],
  ['Priority', '1'],
  ['Async', 'true'],
  ['Timeout', '1000'],
];

interface OpenLink {
  readonly link: AmiLink;
  readonly seen: ReadonlySet<string>;
  readonly probeReported: Promise<void>;
}

/**
 * A bare session is tried first: it reports the step at which it fails. The link that follows brings the actions'
 * answers.
 */
async function open(
  access: AmiAccess,
  timers: Timers,
  timing: Partial<LinkTiming>,
): Promise<Result<OpenLink, FailedLogin>> {
  const loginDeadlineMs = timing.loginDeadlineMs ?? 10_000;
  const tried = await openAmiSession({ access, loginDeadlineMs, timers, onPacket: () => {}, onClosed: () => {} });
  if (!tried.ok) return tried;
  tried.value.destroy();

  const seen = new Set<string>();
  const probeReported = Promise.withResolvers<void>();
  const connected = Promise.withResolvers<string | undefined>();
  const link = createAmiLink({
    access,
    events: new Set(['OriginateResponse']),
    timers,
    random: () => 0.5,
    timing,
    onEvent: (packet) => {
      if (packet.get('Channel') === probeChannel) probeReported.resolve();
    },
    onOtherEvent: (name) => void seen.add(name),
    onUp: () => connected.resolve(undefined),
    onDown: (reason) => connected.resolve(reason),
  });
  link.start();
  const reason = await connected.promise;
  if (reason === undefined) return { ok: true, value: { link, seen, probeReported: probeReported.promise } };
  await link.stop();
  return { ok: false, step: 'login', reason };
}

async function sendProbe(
  { link, seen, probeReported }: OpenLink,
  timers: Timers,
  deadlineMs: number,
): Promise<ProbeReport> {
  const reply = await link.send(probe);
  const sent = reply.type === 'answered' && reply.response.name === 'Success';
  if (!sent) return { sent, reported: false, seen };
  const late = Promise.withResolvers<boolean>();
  const cancel = timers.start(deadlineMs, () => late.resolve(false));
  const reported = await Promise.race([probeReported.then(() => true), late.promise]);
  cancel();
  return { sent, reported, seen };
}
