/** The characters of a person's name on its way to a phone. */
export const nameSigns = String.raw`[\p{L}\p{M}\p{N} .'’_@+/%[\]°´“”„«»‘€£¥©®™§№ºª-]`;
const namedCallerId = new RegExp(`^(CallerID): ("${nameSigns}+" <[0-9]+>)$`, 'u');

/** One AMI message, header by header, in the order of sending. */
export type Message = readonly (readonly [name: string, value: string])[];

/**
 * Bytes for Asterisk (one character per byte) → messages, by a strict reader. Lines end in CR LF, contain only
 * printable ASCII (except a person's name in a CallerID), and are `Name: value`. One empty line ends a message.
 * Asterisk is tolerant, and each tolerance is a possible attack. Throws with the fault.
 */
export function readMessages(bytes: string): Message[] {
  if (bytes === '') return [];
  if (!bytes.endsWith('\r\n\r\n')) throw new Error(`the last message has no end: ${JSON.stringify(bytes.slice(-200))}`);
  return bytes.slice(0, -4).split('\r\n\r\n').map(readMessage);
}

function readMessage(text: string): Message {
  return text.split('\r\n').map((line) => {
    const [, name, value] =
      /^([A-Za-z]+): ([\x20-\x7e]*)$/.exec(line) ??
      namedCallerId.exec(Buffer.from(line, 'latin1').toString('utf8')) ??
      [];
    if (name === undefined || value === undefined) throw new Error(`no header: ${JSON.stringify(line)}`);
    return [name, value] as const;
  });
}

export function header(message: Message, name: string): string | undefined {
  return message.find(([own]) => own === name)?.[1];
}

/** All other messages of Redial to a PBX, with the only headers that they may have. */
const housekeeping: Readonly<Record<string, readonly string[]>> = {
  login: ['Username', 'Secret', 'Events'],
  Ping: [],
  CoreStatus: [],
  CoreSettings: [],
  CoreShowChannels: [],
  Status: ['Channel'],
  Getvar: ['Channel', 'Variable'],
  DBGet: ['Family', 'Key'],
  ListCommands: [],
  ShowDialPlan: ['Context', 'Extension'],
  Hangup: ['Channel', 'Cause'],
};

/** The Originates among them, by ActionID. Throws for a message that is neither an Originate nor known housekeeping. */
export function originatesIn(bytes: string): Map<string, Message[]> {
  const found = new Map<string, Message[]>();
  for (const message of readMessages(bytes)) {
    const action = header(message, 'Action') ?? '';
    const names = message.map(([name]) => name).filter((name) => name !== 'Action' && name !== 'ActionID');
    if (action === 'Originate') {
      const id = header(message, 'ActionID') ?? '';
      found.set(id, [...(found.get(id) ?? []), message]);
    } else if (!names.every((name) => housekeeping[action]?.includes(name))) {
      throw new Error(`not a message of Redial's: ${JSON.stringify(message)}`);
    }
  }
  return found;
}
