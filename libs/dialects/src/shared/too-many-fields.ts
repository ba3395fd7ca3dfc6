import { bareSchema, countAllowed, countsOf } from '@redial/call';
import { z } from 'zod';

/** Most fields of a part of the request that no schema bounds, by its JSON pointer. */
export type FieldLimits = Readonly<Record<string, number>>;

export interface TooMany {
  readonly path: readonly string[];
  /** Goes on from the field's name. */
  readonly message: string;
}

/** Fields beyond those that could be right which are still looked at, so that a slip is named field by field. */
const spareFields = 20;

/**
 * Where an object or a list of the request holds more than could be right: nothing of it is worth looking at. Everything that reads a
 * request does so after this, so that its work is bounded by the schema and not by the length of the body.
 *
 * An object's limit is the fields that its schema has; a record's is the keys of its enumeration, or `maxProperties` of its metadata, or
 * that of `limits`; each and some to spare. A list's is that of its schema.
 */
export function tooManyFields(
  schema: unknown,
  input: unknown,
  limits: FieldLimits = {},
  path: readonly string[] = [],
): TooMany | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const bare = bareSchema(schema);
  if (Array.isArray(input)) {
    if (!(bare instanceof z.ZodArray)) return undefined;
    const { max } = countsOf(bare);
    if (max === undefined || input.length <= max) return undefined;
    return { path, message: `must hold ${countAllowed(bare, path.at(-1))}` };
  }
  const max = limits[path.map((step) => `/${step}`).join('')] ?? fieldsOf(bare);
  const names = max === undefined ? [] : Object.keys(input);
  if (max !== undefined && names.length > max + spareFields)
    return { path, message: `holds ${names.length} fields; ${max} may be set` };
  for (const name of names) {
    const inside = (input as Record<string, unknown>)[name];
    const found = tooManyFields(schemaOf(bare, name), inside, limits, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How many fields it can hold; undefined where it says nothing of that. */
function fieldsOf(schema: unknown): number | undefined {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape).length;
  if (!(schema instanceof z.ZodRecord)) return undefined;
  if (schema.keyType instanceof z.ZodEnum) return schema.keyType.options.length;
  const max = schema.meta()?.['maxProperties'];
  return typeof max === 'number' ? max : undefined;
}

function schemaOf(schema: unknown, name: string): unknown {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}
