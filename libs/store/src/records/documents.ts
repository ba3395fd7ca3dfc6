import type { AttemptRecord, Call, Cdr } from '@redial/call';
import type { z } from 'zod';
import type { Delivery } from '../deliveries/delivery-store.ts';
import type { Versioned } from '../versioned.ts';
import { AttemptShape, CallShape, CdrShape, DeliveryShape } from './record-shapes.ts';

/**
 * How records look in Redis: JSON, written by this file alone; what is read must have the shape of one (`record-shapes.ts`). A call is one
 * string, `<version> <json>`: a thousand of them are one MSET, and a plain string takes some 200 bytes less than a hash. An attempt is a hash
 * (`v`, `doc`, `ended`, `ringingAt`, `answeredAt`, `dial2UniqueId`; `awaited`: its call's id, where somebody waits for it), because its
 * progress is noted without touching its version.
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
  const version = versionOf(key, raw.slice(0, Math.max(space, 0)));
  return { value: checked<Call>(key, CallShape, parse(key, raw.slice(space + 1))), version };
}

export const attemptFields = ['v', 'doc', 'ringingAt', 'answeredAt', 'dial2UniqueId'] as const;

/** `fields`: the values of `attemptFields`. Progress fills in what the document does not say. */
export function decodeAttempt(key: string, fields: readonly (string | null)[]): Versioned<AttemptRecord> | undefined {
  const [v, doc, ringingAt, answeredAt, dial2UniqueId] = fields;
  if (v === null && doc === null) return undefined;
  const version = versionOf(key, v ?? '');
  const progress = {
    ...(ringingAt && { ringingAt: Number(ringingAt) }),
    ...(answeredAt && { answeredAt: Number(answeredAt) }),
    ...(dial2UniqueId && { dial2UniqueId }),
  };
  const whole = { ...progress, ...Object(parse(key, doc ?? '')) };
  return { value: checked<AttemptRecord>(key, AttemptShape, whole), version };
}

/** JSON and nothing else, as a delivery. */
export function decodeCdr(key: string, raw: string | null): Cdr | undefined {
  return raw === null ? undefined : checked<Cdr>(key, CdrShape, parse(key, raw));
}

export function decodeDelivery(key: string, raw: string | null): Delivery | undefined {
  return raw === null ? undefined : checked<Delivery>(key, DeliveryShape, parse(key, raw));
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

/** The document itself, as it was read: what a later version wrote into it goes back as it was. */
function checked<T>(key: string, shape: z.ZodType, value: unknown): T {
  if (!shape.safeParse(value).success) throw new MalformedRecord(key);
  return value as T;
}

/** In the very form that a compare-and-set writes and compares: `01` would be read as 1, and never be found again. */
function versionOf(key: string, written: string): number {
  const version = Number(written);
  if (!Number.isSafeInteger(version) || String(version) !== written) throw new MalformedRecord(key);
  return version;
}
