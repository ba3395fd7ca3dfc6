/** The bytes of a client, split into its operations. The rest is the beginning of the next one. */
export interface Cut {
  readonly operations: readonly { readonly name: string; readonly bytes: Buffer }[];
  readonly rest: Buffer;
}

const crlf = Buffer.from('\r\n');
const emptyLine = Buffer.from('\r\n\r\n');

/** Commands as Redis clients send them: arrays of bulk strings. */
export function redisCommands(sent: Buffer): Cut {
  const operations = [];
  let at = 0;
  for (;;) {
    const command = commandAt(sent, at);
    if (command === undefined) return { operations, rest: sent.subarray(at) };
    operations.push({ name: command.name, bytes: sent.subarray(at, command.end) });
    at = command.end;
  }
}

function commandAt(sent: Buffer, start: number): { readonly name: string; readonly end: number } | undefined {
  const words = numberAt(sent, start, '*');
  if (words === undefined) return undefined;
  let at = words.end;
  let name = '';
  for (let n = 0; n < words.value; n++) {
    const length = numberAt(sent, at, '$');
    if (length === undefined || sent.length < length.end + length.value + crlf.length) return undefined;
    if (n === 0) name = sent.toString('latin1', length.end, length.end + length.value).toUpperCase();
    at = length.end + length.value + crlf.length;
  }
  return { name, end: at };
}

function numberAt(
  sent: Buffer,
  at: number,
  mark: string,
): { readonly value: number; readonly end: number } | undefined {
  const end = sent.indexOf(crlf, at);
  if (end < 0) return undefined;
  const line = sent.toString('latin1', at, end);
  if (!line.startsWith(mark)) throw new TypeError(`a Redis client sends ${mark}<number>, not ${line.slice(0, 20)}`);
  return { value: Number(line.slice(1)), end: end + crlf.length };
}

/** AMI actions. */
export function amiActions(sent: Buffer): Cut {
  const operations = [];
  let at = 0;
  for (;;) {
    const end = sent.indexOf(emptyLine, at);
    if (end < 0) return { operations, rest: sent.subarray(at) };
    const bytes = sent.subarray(at, end + emptyLine.length);
    operations.push({ name: /^Action: *(\w+)/im.exec(bytes.toString('latin1'))?.[1] ?? '', bytes });
    at = end + emptyLine.length;
  }
}
