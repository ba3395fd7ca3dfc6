import type { AttemptRecord, Call, Cdr, Delivery } from '@redial/call';
import type { z } from 'zod';
import type { Versioned } from '../versioned.ts';
import { endedAttemptOf, recordOf, type StoredEndedAttempt } from './ended-attempt.ts';
import { MalformedRecord, UnknownForm } from './malformed-record.ts';
import { pack, unpack } from './packed.ts';
import { AttemptShape, CallShape, CdrShape, DeliveryShape } from './record-shapes.ts';

/**
 * The form of records in Redis. Only this file writes and reads them. What it reads must have the shape of a record
 * (`record-shapes.ts`). No script reads a document.
 *
 * A document is one byte for its form, and a value as `packed.ts` writes it.
 *
 *   call             a string: form, version (4 bytes, the first is the highest), value
 *   open attempt     a hash, because its progress is stored beside its document: `v` (the version), `doc` (form,
 *                    value), `claim` and `limits` (scripts compare them), `ringingAt`, `answeredAt`, `dial2UniqueId`,
 *                    `awaited` (the call's id)
 *   ended attempt    a string under the CDR's key: form, version, its CDR with the rest of the attempt. The hash is
 *                    deleted
 *   delivery         a string: form, value. Its key holds its id, and with it the attempt and the sink
 */
const form = 1;
/** The form, and where a version follows it. */
const formLength = 1;
const versionLength = 4;
/** The position of a call's version, for GETRANGE. */
export const versionRange = { first: formLength, last: formLength + versionLength - 1 } as const;

export function encodeCall(version: number, call: Call): Buffer {
  return versioned(version, call);
}

export function decodeCall(key: string, raw: Buffer | null): Versioned<Call> | undefined {
  if (raw === null) return undefined;
  const { version, value } = openVersioned(key, raw);
  return { value: checked<Call>(key, CallShape, value), version };
}

/** The bytes of a version in a document. */
export function versionBytes(version: number): Buffer {
  const bytes = Buffer.alloc(versionLength);
  bytes.writeUInt32BE(version);
  return bytes;
}

/** The version in the bytes that GETRANGE returned. NaN: there are none. */
export function versionIn(bytes: Buffer): number {
  return bytes.length === versionLength ? bytes.readUInt32BE() : Number.NaN;
}

export const attemptFields = ['v', 'doc', 'ringingAt', 'answeredAt', 'dial2UniqueId'] as const;

export function encodeAttempt(attempt: AttemptRecord): Buffer {
  return formed(attempt);
}

/**
 * `fields`: the values of `attemptFields`; progress completes the document. `ended`: the ended attempt, which counts
 * where it exists. The fields must be read first: an attempt that is settled in between is then in both answers, never
 * in none.
 */
export function decodeAttempt(
  keys: { readonly attempt: string; readonly cdr: string },
  fields: readonly (Buffer | null)[],
  ended: Buffer | null,
): Versioned<AttemptRecord> | undefined {
  if (ended !== null) {
    const { version, value } = openVersioned(keys.cdr, ended);
    const stored = checked<StoredEndedAttempt>(keys.cdr, CdrShape, value);
    return { value: checked<AttemptRecord>(keys.cdr, AttemptShape, recordOf(stored)), version };
  }
  const [v, doc, ...noted] = fields;
  if (!v && !doc) return undefined;
  const version = Number(v?.toString());
  if (!Number.isSafeInteger(version) || String(version) !== v?.toString()) throw new MalformedRecord(keys.attempt);
  const [ringingAt, answeredAt, dial2UniqueId] = noted.map((bytes) => bytes?.toString());
  const progress = {
    ...(ringingAt && { ringingAt: Number(ringingAt) }),
    ...(answeredAt && { answeredAt: Number(answeredAt) }),
    ...(dial2UniqueId && { dial2UniqueId }),
  };
  const whole = { ...progress, ...Object(openFormed(keys.attempt, doc ?? Buffer.alloc(0))) };
  return { value: checked<AttemptRecord>(keys.attempt, AttemptShape, whole), version };
}

export function encodeEndedAttempt(version: number, attempt: AttemptRecord, cdr: Cdr): Buffer {
  return versioned(version, endedAttemptOf(attempt, cdr));
}

export function decodeCdr(key: string, raw: Buffer | null): Cdr | undefined {
  if (raw === null) return undefined;
  const { attempt: _rest, ...cdr } = checked<StoredEndedAttempt>(key, CdrShape, openVersioned(key, raw).value);
  return cdr;
}

/** A delivery's id is `<attemptId>.<sink>`, the end of its key. */
export function encodeDelivery(delivery: Delivery): Buffer {
  const { id, attemptId, sink, ...rest } = delivery;
  return formed(id === `${attemptId}.${sink}` ? rest : delivery);
}

export function decodeDelivery(key: string, raw: Buffer | null): Delivery | undefined {
  if (raw === null) return undefined;
  const id = key.slice(key.lastIndexOf(':') + 1);
  const dot = id.indexOf('.');
  const named = { id, attemptId: id.slice(0, dot), sink: id.slice(dot + 1) };
  return checked<Delivery>(key, DeliveryShape, { ...named, ...Object(openFormed(key, raw)) });
}

/** For reads of many records: the result of `decode`. A damaged record is undefined, and `onMalformed` is called. */
export function unlessMalformed<T>(onMalformed: (key: string) => void, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    onMalformed(error.key);
    return undefined;
  }
}

function formed(value: unknown): Buffer {
  return Buffer.concat([Buffer.of(form), pack(value)]);
}

function versioned(version: number, value: unknown): Buffer {
  return Buffer.concat([Buffer.of(form), versionBytes(version), pack(value)]);
}

function openVersioned(key: string, raw: Buffer): { readonly version: number; readonly value: unknown } {
  const value = open(key, raw, formLength + versionLength);
  return { version: raw.readUInt32BE(formLength), value };
}

function openFormed(key: string, raw: Buffer): unknown {
  return open(key, raw, formLength);
}

function open(key: string, raw: Buffer, headLength: number): unknown {
  const found = raw[0];
  if (found !== undefined && found > form && found < formMax) throw new UnknownForm(key, found);
  if (found !== form || raw.length <= headLength) throw new MalformedRecord(key);
  try {
    return unpack(raw.subarray(headLength));
  } catch {
    // The message of the parser may quote the document.
    throw new MalformedRecord(key);
  }
}

/** Forms that later versions may write. Higher bytes belong to text: damage. */
const formMax = 0x20;

/** Returns the document as it was read: fields that a later version added are kept. */
function checked<T>(key: string, shape: z.ZodType, value: unknown): T {
  if (!shape.safeParse(value).success) throw new MalformedRecord(key);
  return value as T;
}
