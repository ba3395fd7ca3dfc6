import { type Channel, isLocal } from '../channels/channel.ts';
import { techCauseOf } from '../channels/leg.ts';
import { openLeg } from '../channels/open-leg.ts';
import type { PbxCore } from '../channels/pbx-core.ts';
import { type Assignment, parseVariables, setVariable } from '../channels/variables.ts';
import { isExtension } from '../dialplan/dialplan.ts';
import { connect } from '../dialplan/redial-context.ts';
import type { AmiMessage } from './ami-parser.ts';
import type { Header } from './event.ts';

/** Applications that Originate refuses without the `system` right (main/manager.c, originate_app_permissions). */
const forbiddenApplications = [
  'agi',
  'dbdeltree',
  'exec',
  'externalivr',
  'mixmonitor',
  'originate',
  'reload',
  'system',
  'queue',
];
const forbiddenData = ['CURL', 'DB', 'EVAL', 'FILE', 'ODBC', 'REALTIME', 'SHELL'];
const uniqueIdLengthMax = 149;
const defaultTimeoutMs = 30_000;

/** SIP's timer B: an INVITE without an answer is given up after this time. */
const timerBMs = 32_000;

/** OriginateResponse's Reason, as far as it occurs (asterisk.md). Hangup's Cause is more exact. */
const reason = { failed: 0, timedOut: 3, answered: 4 } as const;

/**
 * The Originate action. Returns Asterisk's immediate refusal, or undefined. Undefined means queued: exactly one
 * OriginateResponse follows, after this function has returned.
 */
export function originateChannel(core: PbxCore, message: AmiMessage): string | undefined {
  const refusal = refusalOf(message);
  if (refusal !== undefined) return refusal;
  core.clock.after(0, () => dial1(core, orderOf(message)));
  return undefined;
}

function refusalOf(message: AmiMessage): string | undefined {
  const channel = message.header('Channel');
  const priority = message.header('Priority');
  const timeout = message.header('Timeout');
  const application = message.header('Application');
  if ([message.header('ChannelId'), message.header('OtherChannelId')].some((id) => id.length > uniqueIdLengthMax)) {
    return `Uniqueid length exceeds maximum of ${uniqueIdLengthMax}\n`;
  }
  if (channel === '') return 'Channel not specified';
  if (priority !== '' && !/^\s*[+-]?[0-9]/.test(priority)) return 'Invalid priority';
  if (timeout !== '' && !/^\s*[+-]?[0-9]/.test(timeout)) return 'Invalid timeout';
  if (!channel.includes('/')) return 'Invalid channel';
  if (application !== '' && isForbidden(application, message.header('Data'))) {
    return 'Originate Access Forbidden: app or data blacklisted';
  }
  // Asterisk looks the extension up even where it is empty. So an Application only needs to omit the priority.
  const wanted = Number.parseInt(priority, 10) || 0;
  if (wanted !== 0 && !isExtension(message.header('Context'), message.header('Exten'), wanted))
    return 'Extension does not exist.';
  return undefined;
}

function isForbidden(application: string, data: string): boolean {
  const name = application.toLowerCase();
  return forbiddenApplications.some((one) => name.includes(one)) || forbiddenData.some((one) => data.includes(one));
}

interface Order {
  readonly actionId: string;
  readonly channelId: string;
  readonly channel: string;
  readonly context: string;
  readonly exten: string;
  readonly application: string;
  readonly data: string;
  readonly timeoutMs: number;
  readonly callerId: string;
  readonly callerName: string;
  readonly variables: readonly Assignment[];
}

function orderOf(message: AmiMessage): Order {
  const timeout = message.header('Timeout');
  return {
    actionId: message.header('ActionID'),
    channelId: message.header('ChannelId'),
    channel: message.header('Channel'),
    context: message.header('Context'),
    exten: message.header('Exten'),
    application: message.header('Application'),
    data: message.header('Data'),
    timeoutMs: timeout === '' ? defaultTimeoutMs : Number.parseInt(timeout, 10),
    callerId: /<([^>]*)>/.exec(message.header('CallerID'))?.[1] ?? message.header('CallerID'),
    callerName: /^"([^"]*)" </.exec(message.header('CallerID'))?.[1] ?? '',
    variables: parseVariables(message.all('Variable')),
  };
}

/** Rings dial1. After its answer, the dialplan continues. */
function dial1(core: PbxCore, order: Order): void {
  // No endpoint, no registered phone, or a live channel with this id: there is no channel event at all.
  const leg = core.idIsTaken(order.channelId)
    ? undefined
    : openLeg(core, order.channel, {
        uniqueId: order.channelId,
        context: 'none',
        exten: 's',
        callerId: order.callerId,
        callerName: order.callerName,
      });
  if (leg === undefined) {
    respond(core, order, reason.failed);
    return;
  }

  const { channel } = leg;
  for (const variable of order.variables) setVariable(core, channel, variable);
  const fail = (why: number, cause: number, sipCode = 0) => {
    // Asterisk sends these two in either order. The simulator alternates from call to call.
    const hangupFirst = core.channelsOpened % 2 === 0;
    const close = () => core.close(channel, cause, techCauseOf(channel, sipCode));
    if (hangupFirst) close();
    respond(core, order, why);
    if (!hangupFirst) close();
  };
  const stopTimers = [
    core.clock.after(order.timeoutMs, () => fail(reason.timedOut, 19, 480)),
    // A Local channel sends no INVITE of its own.
    isLocal(channel) ? () => {} : core.clock.after(timerBMs, () => fail(reason.failed, 18, 408)),
  ] as const;
  channel.cleanUps.push(...stopTimers);
  channel.hangUp = () => fail(reason.failed, 0);

  leg.ring(
    { from: order.callerId, fromName: order.callerName, headers: channel.headers },
    {
      ringing: stopTimers[1],
      progress: stopTimers[1],
      trying: stopTimers[1],
      answered: () => {
        for (const stop of stopTimers) stop();
        channel.context = order.context;
        channel.exten = order.exten;
        respond(core, order, reason.answered, channel);
        if (order.application === '') connect(core, channel);
        else core.close(channel, 16);
      },
      refused: (cause, sipCode) => fail(reason.failed, cause, sipCode),
      hungUp: () => channel.phoneHungUp(),
    },
  );
}

/**
 * Every AMI session receives it, whichever sent the Originate. A failure names the requested channel, and our own id.
 */
function respond(core: PbxCore, order: Order, why: number, channel?: Channel): void {
  const where: Header[] =
    order.application === ''
      ? [
          ['Context', order.context],
          ['Exten', order.exten],
        ]
      : [
          ['Application', order.application],
          ['Data', order.data],
        ];
  core.emit('OriginateResponse', [
    ...(order.actionId === '' ? [] : ([['ActionID', order.actionId]] as const)),
    ['Response', channel === undefined ? 'Failure' : 'Success'],
    ['Channel', channel?.name ?? order.channel],
    ...where,
    ['Reason', why],
    ['Uniqueid', channel?.uniqueId ?? (order.channelId || '<unknown>')],
    ['CallerIDNum', order.callerId || '<unknown>'],
    ['CallerIDName', order.callerName || '<unknown>'],
  ]);
}
