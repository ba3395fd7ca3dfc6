import { type Message, nameSigns } from './originate-reader.ts';

/** The request of a test, in the words of /v1. */
export interface Asked {
  readonly dial1: string;
  readonly dial2: string;
  readonly callerId?: string;
  readonly dial1CallerId?: string;
  readonly dial1CallerName?: string;
  readonly dial1RingTimeoutSeconds?: number;
  readonly dial2RingTimeoutSeconds?: number;
  readonly talkLimitSeconds?: number;
  readonly trunk?: string;
  readonly record?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly headers?: {
    readonly dial1?: Readonly<Record<string, string>>;
    readonly dial2?: Readonly<Record<string, string>>;
  };
}

/**
 * The one Originate that an accepted call may produce, header by header, for the tenant of test/support/redial.ts. It
 * is written here again, from the numbering plan and the dialplan's contract and not from Redial's code, because it
 * tests that code.
 */
export function expectedOriginate(asked: Asked, attemptId: string, { slot, name }: Reported): Message {
  const shown = asked.callerId === undefined ? '27110001111' : digits(asked.callerId);
  const shownToDial1 = asked.dial1CallerId === undefined ? shown : digits(asked.dial1CallerId);
  const variables: readonly (readonly [string, string])[] = [
    ['REDIAL_ATTEMPT', attemptId],
    ['_FORWARD_CONTEXT', 'redial-no-forward'],
    ['REDIAL_SLOT', slot],
    ['REDIAL_DIAL2_CHANNEL', channel(asked.dial2, asked.trunk)],
    ['REDIAL_DIAL2_CALLER_ID', shown],
    ['REDIAL_DIAL2_RING_SECONDS', String(asked.dial2RingTimeoutSeconds ?? 2)],
    ['REDIAL_TALK_LIMIT_SECONDS', String(asked.talkLimitSeconds ?? 60)],
    ...(asked.record ? [['REDIAL_RECORDING', `redial/${agentOf(asked)}/${attemptId}.wav`] as const] : []),
    ...entries(asked.headers?.dial2).map(
      ([name, value], index) => [`REDIAL_DIAL2_HEADER_${index + 1}`, `${name}: ${value}`] as const,
    ),
    ...entries(asked.headers?.dial1).map(([name, value]) => [`PJSIP_HEADER(add,${name})`, value] as const),
    ...entries(asked.variables),
  ];
  return [
    ['Action', 'Originate'],
    ['ActionID', attemptId],
    ['ChannelId', attemptId],
    ['Channel', channel(asked.dial1, asked.trunk)],
    ['Context', 'redial'],
    ['Exten', 'connect'],
    ['Priority', '1'],
    ['Async', 'true'],
    ['Timeout', String((asked.dial1RingTimeoutSeconds ?? 2) * 1000)],
    ['CallerID', name === '' ? shownToDial1 : `"${name}" <${shownToDial1}>`],
    ...variables.map(([name, value]) => ['Variable', `${name}=${value}`] as const),
  ];
}

/** The parts that only the message itself contains. */
interface Reported {
  readonly slot: string;
  /** Empty: no name is shown. */
  readonly name: string;
}

export function reportedBy(message: Message, asked: Asked): Reported {
  return { slot: slotOf(message), name: nameOf(message, asked) };
}

/** A name has all letters and digits of the requested one, and nothing that has a meaning for a phone or a dialplan. */
function nameOf(message: Message, { dial1CallerName = '' }: Asked): string {
  const callerId = message.find(([header]) => header === 'CallerID')?.[1] ?? '';
  const name = /^"(.*)" </su.exec(callerId)?.[1] ?? '';
  const isPlain = new RegExp(`^${nameSigns}{0,80}$`, 'u').test(name);
  return isPlain && lettersOf(name) === lettersOf(dial1CallerName) ? name : 'the requested name';
}

function lettersOf(text: string): string {
  return text.replaceAll(/\p{Extended_Pictographic}|[^\p{L}\p{N}]/gu, '');
}

/** The running number; it must be a number. */
function slotOf(message: Message): string {
  const value = message.find(([, text]) => text.startsWith('REDIAL_SLOT='))?.[1].slice('REDIAL_SLOT='.length) ?? '';
  return /^[0-9]{1,5}$/.test(value) ? value : `a slot, not ${value}`;
}

function channel(written: string, trunk = 'carrier'): string {
  return isExtension(written) ? `PJSIP/${written}` : `PJSIP/${digits(written)}@${trunk}`;
}

/**
 * Four digits from 1 are an extension. Numbers have four forms. All other texts have no digits, and must not be
 * accepted.
 */
function digits(written: string): string {
  if (isExtension(written)) return written;
  const [, plus] = /^\+([1-9][0-9]{6,14})$/.exec(written) ?? [];
  const [, abroad] = /^00([1-9][0-9]{6,14})$/.exec(written) ?? [];
  const [, home] = /^0([1-9][0-9]{8})$/.exec(written) ?? [];
  const [, own] = /^(27[0-9]{9})$/.exec(written) ?? [];
  const number = plus ?? abroad ?? (home === undefined ? own : `27${home}`);
  if (number === undefined) throw new Error(`nothing to dial: ${JSON.stringify(written)}`);
  return number;
}

/** The extension of the recording: the one that takes part; without one, the number that is rung first. */
function agentOf({ dial1, dial2 }: Asked): string {
  return isExtension(dial1) || !isExtension(dial2) ? digits(dial1) : dial2;
}

function isExtension(written: string): boolean {
  return /^1[0-9]{3}$/.test(written);
}

function entries(record: Readonly<Record<string, string>> = {}): (readonly [string, string])[] {
  return Object.keys(record).map((name) => [name, record[name] ?? ''] as const);
}
