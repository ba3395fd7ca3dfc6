import {
  AttemptId,
  CallerName,
  HeaderName,
  HeaderValue,
  type Result,
  recordingFile,
  VariableName,
  VariableValue,
} from '@redial/call';
import { type AmiAction, formatAction, mostHeaders } from '../ami/ami-action.ts';
import type { AutoAnswerHeader } from '../channel/auto-answer.ts';
import { isDialableChannel, isLocalChannel } from '../channel/channel.ts';
import { isRungByRedial } from '../channel/extension-channel.ts';
import type { OriginateOrder } from '../pbx.ts';

/**
 * An order → the Originate that infra/asterisk/redial.conf expects. AMI executes its input, so every value is checked
 * here again, even if the caller has checked it:
 *
 * 1. One `Variable` line for each variable. Asterisk splits such a line at commas outside brackets (main/manager.c,
 *    man_do_variable_value), so `PJSIP_HEADER(add,X-Name)` is one name. Values hold no comma, parenthesis, quote or
 *    backslash.
 * 2. A variable *name* with brackets would be a function and be executed: only our own lines have brackets.
 * 3. A channel is one technology and one resource: `&` would dial more, `,` reach Dial's options, and
 *    `PJSIP/1000/sip:any@where` any address at all. The class is the dialplan's own (redial.conf).
 *
 * The message of a failure names the field, never its value: what is refused may be a number.
 */
export function originateAction(order: OriginateOrder): Result<AmiAction> {
  const wrong = firstWrong(order);
  if (wrong !== undefined) return { ok: false, message: wrong };
  const action: AmiAction = [
    ['Action', 'Originate'],
    ['ChannelId', order.attemptId],
    ['Channel', order.dial1Channel],
    ['Context', 'redial'],
    ['Exten', 'connect'],
    ['Priority', '1'],
    // A synchronous Originate blocks the whole session.
    ['Async', 'true'],
    ['Timeout', String(order.dial1RingTimeoutMs)],
    ...callerIdOf(order),
    ...variablesOf(order).map(([name, value]) => ['Variable', `${name}=${value}`] as const),
  ];
  // The ActionID is a line too.
  if (action.length + 1 > mostHeaders) return { ok: false, message: tooManyLines(order, action.length + 1) };
  const formatted = formatAction(action, order.attemptId);
  return formatted.ok ? { ok: true, value: action } : formatted;
}

/** Only the order's variables have no limit of their own. */
function tooManyLines({ variables }: OriginateOrder, lines: number): string {
  const given = Object.keys(variables).length;
  return `variables: ${given} are more than Asterisk takes with one call; for this one at most ${Math.max(0, given - (lines - mostHeaders))}`;
}

/** A name without a number is not sent. */
function callerIdOf({ dial1CallerId, dial1CallerName }: OriginateOrder): (readonly [string, string])[] {
  if (dial1CallerId === undefined) return [];
  return [['CallerID', dial1CallerName === undefined ? dial1CallerId : `"${dial1CallerName}" <${dial1CallerId}>`]];
}

function variablesOf(order: OriginateOrder): (readonly [string, string])[] {
  const { headers } = order;
  return [
    ['REDIAL_ATTEMPT', order.attemptId],
    // Asterisk follows a 302 with a channel that has none of these variables. This context rings no phone. dial2's
    // channel inherits this variable alone. A Local dial1 would pass it on to the PBX's own dialplan, which decides on
    // its own forwards.
    ...(isLocalChannel(order.dial1Channel) ? [] : [['_FORWARD_CONTEXT', 'redial-no-forward'] as const]),
    ['REDIAL_SLOT', String(order.slot)],
    ['REDIAL_DIAL2_CHANNEL', order.dial2Channel],
    ...(order.dial2CallerId === undefined ? [] : [['REDIAL_DIAL2_CALLER_ID', order.dial2CallerId] as const]),
    ['REDIAL_DIAL2_RING_SECONDS', seconds(order.dial2RingTimeoutMs)],
    ['REDIAL_TALK_LIMIT_SECONDS', seconds(order.talkLimitMs)],
    ...(order.recordingFile === undefined ? [] : [['REDIAL_RECORDING', order.recordingFile] as const]),
    ...(order.reportsDial2 ? [['REDIAL_TELL_DIAL2', '1'] as const] : []),
    ...announcementVariables(order.announcement),
    ...Object.entries(headers.dial2).map(
      ([name, value], n) => [`REDIAL_DIAL2_HEADER_${n + 1}`, `${name}: ${value}`] as const,
    ),
    ...dial1Headers(order),
    ...Object.entries(order.variables),
  ];
}

/** Only PJSIP has the function. Redial's own context hands the headers on to its phones. */
function dial1Headers({ dial1Channel, dial1AutoAnswer, headers }: OriginateOrder): (readonly [string, string])[] {
  const all = [
    ...Object.entries(headers.dial1),
    ...(dial1AutoAnswer === undefined ? [] : [autoAnswer[dial1AutoAnswer]]),
  ];
  return isRungByRedial(dial1Channel)
    ? all.map(([name, value], n) => [`REDIAL_DIAL1_HEADER_${n + 1}`, `${name}: ${value}`] as const)
    : all.map(([name, value]) => [`PJSIP_HEADER(add,${name})`, value] as const);
}

/** Whole headers, with no text of a caller. Only PJSIP has the function; other channels ring as usual. */
const autoAnswer: Readonly<Record<AutoAnswerHeader, readonly [string, string]>> = {
  'call-info': ['Call-Info', '<sip:127.0.0.1>;answer-after=0'],
  'alert-info': ['Alert-Info', '<http://127.0.0.1>;info=alert-autoanswer;delay=0'],
  'alert-info-auto-answer': ['Alert-Info', 'Auto Answer'],
  'answer-mode': ['Answer-Mode', 'Auto'],
};

/** Without a wait no digit is read, so no digit has a meaning. */
function announcementVariables(announcement: OriginateOrder['announcement']): (readonly [string, string])[] {
  if (announcement === undefined) return [];
  const digits = Object.entries(announcement.dtmf).map(([digit, channel]) => [`REDIAL_KEY_${digit}`, channel] as const);
  return [
    ['REDIAL_MESSAGE', announcement.sound],
    ...(digits.length === 0 ? [] : [['REDIAL_MESSAGE_WAIT', String(announcement.waitSeconds)] as const]),
    ...digits,
  ];
}

/** The dialplan counts in whole seconds, and 0 would be no limit at all. */
function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

const callerId = /^\+?[0-9]{1,20}$/;
const sound = /^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$/;

function firstWrong(order: OriginateOrder): string | undefined {
  const { headers, variables } = order;
  const checks: (readonly [boolean, string])[] = [
    [AttemptId.safeParse(order.attemptId).success, 'the attempt id has another form'],
    [isIntegerIn(order.slot, 0, 99_999), 'the slot is not 0 to 99,999'],
    [isDialableChannel(order.dial1Channel), 'the channel of dial1 has another form than technology/resource'],
    [isDialableChannel(order.dial2Channel), 'the channel of dial2 has another form than technology/resource'],
    [order.dial1CallerId === undefined || callerId.test(order.dial1CallerId), 'the caller ID of dial1 is not digits'],
    [order.dial2CallerId === undefined || callerId.test(order.dial2CallerId), 'the caller ID of dial2 is not digits'],
    [
      order.dial1CallerName === undefined || CallerName.safeParse(order.dial1CallerName).success,
      'the name beside the caller ID of dial1 has another form',
    ],
    [
      order.recordingFile === undefined || isRecordingOf(order.attemptId, order.recordingFile),
      "the recording's file is not the attempt's own",
    ],
    [
      order.announcement === undefined || isAnnouncement(order.announcement),
      'the announcement, its wait or a digit of it has another form',
    ],
    [
      order.dial1AutoAnswer === undefined || Object.hasOwn(autoAnswer, order.dial1AutoAnswer),
      'the way in which dial1 answers by itself has another form',
    ],
    [isIntegerIn(order.dial1RingTimeoutMs, 1, 86_400_000), 'the ring timeout of dial1 is not 1 ms to a day'],
    [isIntegerIn(order.dial2RingTimeoutMs, 1, 9_999_000), 'the ring timeout of dial2 is not 1 ms to 9,999 s'],
    [isIntegerIn(order.talkLimitMs, 1, 999_999_000), 'the talk limit is not 1 ms to 999,999 s'],
    [Object.keys(headers.dial1).length <= 10, 'dial1 has more than 10 headers'],
    [Object.keys(headers.dial2).length <= 10, 'dial2 has more than 10 headers'],
    [areHeaders(headers.dial1), 'a header of dial1 has another form'],
    [areHeaders(headers.dial2), 'a header of dial2 has another form'],
    [Object.keys(variables).every(isFreeName), 'a variable name has another form, or is one of ours'],
    [
      Object.values(variables).every((value) => VariableValue.safeParse(value).success),
      'a variable value has another form',
    ],
  ];
  return checks.find(([right]) => !right)?.[1];
}

/** `redial/<under>/<attempt>.wav`, and no other path. */
function isRecordingOf(attemptId: string, file: string): boolean {
  const [, under = ''] = /^redial\/([A-Za-z0-9][A-Za-z0-9_-]{0,39})\//.exec(file) ?? [];
  return under !== '' && file === recordingFile(attemptId, under);
}

function isAnnouncement(announcement: NonNullable<OriginateOrder['announcement']>): boolean {
  const digits = Object.entries(announcement.dtmf);
  return (
    sound.test(announcement.sound) &&
    isIntegerIn(announcement.waitSeconds, 1, 99) &&
    digits.every(([digit, channel]) => /^[0-9]$/.test(digit) && isDialableChannel(channel))
  );
}

function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  return Object.entries(headers).every(
    ([name, value]) => HeaderName.safeParse(name).success && HeaderValue.safeParse(value).success,
  );
}

/** Leading underscores make a variable inherited and are no part of its name: `__REDIAL_SLOT` would also be ours. */
function isFreeName(name: string): boolean {
  return VariableName.safeParse(name).success && !/^_*redial_/i.test(name);
}

function isIntegerIn(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
