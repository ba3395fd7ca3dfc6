import type { AttemptRecord, Call } from '@redial/call';
import type { Versioned } from './store.ts';

/**
 * How records look in Redis: JSON, written by this file alone and trusted when read. A call is one string, `<version> <json>`:
 * a thousand of them are one MSET, and a plain string takes some 200 bytes less than a hash. An attempt is a hash (`v`, `doc`,
 * `ended`, `ringingAt`, `answeredAt`, `dial2UniqueId`; `awaited`: its call's id, where somebody waits for it), because its progress is
 * noted without touching its version.
 */
export class MalformedRecord extends Error {
  override readonly name = 'MalformedRecord';
  /** The key that holds it. Its content may be personal data and is not part of the message. */
  readonly key: string;

  constructor(key: string) {
    super(`Redis holds something else than a record at ${key}`);
    this.key = key;
  }
}

export function encodeCall(version: number, call: Call): string {
  return `${version} ${JSON.stringify(call)}`;
}

export function decodeCall(key: string, raw: string | null): Versioned<Call> | undefined {
  if (raw === null) return undefined;
  const space = raw.indexOf(' ');
  const version = Number(raw.slice(0, space));
  const value = parse(key, raw.slice(space + 1));
  const whole = hasFields(value, ['id', 'state', 'request']) && hasFields(value['state'], ['status']);
  if (space < 1 || !Number.isSafeInteger(version) || !whole) throw new MalformedRecord(key);
  return { value: value as unknown as Call, version };
}

export const attemptFields = ['v', 'doc', 'ringingAt', 'answeredAt', 'dial2UniqueId'] as const;

/** `fields`: the values of `attemptFields`. Progress fills in what the document does not say. */
export function decodeAttempt(key: string, fields: readonly (string | null)[]): Versioned<AttemptRecord> | undefined {
  const [v, doc, ringingAt, answeredAt, dial2UniqueId] = fields;
  if (v === null && doc === null) return undefined;
  const version = Number(v);
  const value = doc ? parse(key, doc) : undefined;
  if (!v || !Number.isSafeInteger(version) || !hasFields(value, ['id', 'callId', 'plan']))
    throw new MalformedRecord(key);
  const progress = {
    ...(ringingAt && { ringingAt: Number(ringingAt) }),
    ...(answeredAt && { answeredAt: Number(answeredAt) }),
    ...(dial2UniqueId && { dial2UniqueId }),
  };
  return { value: { ...progress, ...(value as unknown as AttemptRecord) }, version };
}

/** CDRs and deliveries: JSON and nothing else. */
export function decodePlain<T extends { readonly id: string }>(key: string, raw: string | null): T | undefined {
  if (raw === null) return undefined;
  const value = parse(key, raw);
  if (!hasFields(value, ['id'])) throw new MalformedRecord(key);
  return value as unknown as T;
}

/** For reads of many: what `decode` makes of a record, or undefined, and `onMalformed` told, where it is damaged. */
export function unlessMalformed<T>(onMalformed: (key: string) => void, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    onMalformed(error.key);
    return undefined;
  }
}

function parse(key: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message quotes the document.
    throw new MalformedRecord(key);
  }
}

function hasFields(value: unknown, fields: readonly string[]): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && fields.every((field) => field in value);
}
