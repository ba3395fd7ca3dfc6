import { Packr } from 'msgpackr';
import { longName, shortName } from './field-names.ts';

/**
 * The compact form of a JSON value: MessagePack in which
 *
 * - an object is a list of its fields, each the number of its name (`field-names.ts`; a name without one: itself) and
 *   its value,
 * - a list has nil in front, which no object has,
 * - an id is 17 bytes instead of 31 characters.
 *
 * Lists replace MessagePack's maps: with numbers for names, a map takes three times as long to write and to read.
 * Reading returns exactly what JSON would return. Pure.
 */
const messagePack = new Packr({ useRecords: false });

export function pack(value: unknown): Buffer {
  return messagePack.pack(shortened(value));
}

/** Throws where the bytes are not the form of a value. */
export function unpack(bytes: Uint8Array): unknown {
  return lengthened(messagePack.unpack(bytes));
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return packId(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  const list: unknown[] = [];
  if (Array.isArray(value)) {
    list.push(null);
    for (const item of value) list.push(shortened(item));
    return list;
  }
  for (const [name, field] of Object.entries(value))
    if (field !== undefined) list.push(shortName(name), shortened(field));
  return list;
}

function lengthened(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return unpackId(value);
  if (!Array.isArray(value)) throw new TypeError('no value of JSON');
  if (value[0] === null) return value.slice(1).map(lengthened);
  const object: Record<string, unknown> = {};
  for (let i = 0; i < value.length; i += 2) {
    const name = longName(value[i]);
    if (name === undefined || i + 1 === value.length) throw new TypeError('a field without a name or a value');
    setField(object, name, lengthened(value[i + 1]));
  }
  return object;
}

/** As JSON.parse does it: an assignment to `__proto__` would set no field. */
function setField(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

const prefixes = ['call_', 'att_'] as const;
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const noDigit = 255;
const digits = new Uint8Array(128).fill(noDigit);
for (const [value, digit] of [...alphabet].entries()) digits[digit.charCodeAt(0)] = value;
const idDigits = 26;
const idBytes = 17;

/** `call_…` or `att_…` as 17 bytes: one for the prefix, then 128 bits. Undefined: the text is no such id. */
function packId(text: string): Uint8Array | undefined {
  const kind = text.startsWith('att_') ? 1 : text.startsWith('call_') ? 0 : -1;
  const start = text.length - idDigits;
  if (kind === -1 || start !== prefixes[kind]?.length) return undefined;
  const bytes = Buffer.alloc(idBytes);
  bytes[0] = kind;
  // The 26 digits have 130 bits. The first two must be 0.
  let bits = digits[text.charCodeAt(start)] ?? noDigit;
  if (bits > 7) return undefined;
  let count = 3;
  let at = 1;
  for (let i = start + 1; i < text.length; i++) {
    const digit = digits[text.charCodeAt(i)] ?? noDigit;
    if (digit === noDigit) return undefined;
    bits = (bits << 5) | digit;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = bits >> count;
    bits &= (1 << count) - 1;
  }
  return bytes;
}

function unpackId(bytes: Uint8Array): string {
  const prefix = prefixes[bytes[0] ?? prefixes.length];
  if (bytes.length !== idBytes || prefix === undefined) throw new TypeError('bytes that are no id');
  let text: string = prefix;
  let bits = 0;
  let count = 2;
  for (let at = 1; at < idBytes; at++) {
    bits = (bits << 8) | (bytes[at] ?? 0);
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += alphabet[bits >> count];
      bits &= (1 << count) - 1;
    }
  }
  return text;
}
