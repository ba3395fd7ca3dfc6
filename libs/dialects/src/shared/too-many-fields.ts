import { bareSchema, countAllowed, countsOf } from '@redial/call';
import { z } from 'zod';

/** Most fields of a part of the request whose schema has no limit, by its JSON pointer. */
export type FieldLimits = Readonly<Record<string, number>>;

interface TooMany {
  readonly path: readonly string[];
  /** Continues the field's name. */
  readonly message: string;
}

/** This many unknown fields are still read, so that each typing error is named. */
const spareFields = 20;

/**
 * The first object or list of a request that holds more than its schema allows. Run this before any other reading of a
 * request: then the schema bounds the work, and not the length of the body.
 *
 * The limit of an object is the number of its schema's fields. The limit of a record is the number of its enumerated
 * keys, or `maxProperties` of its metadata, or its entry in `limits`. Each allows `spareFields` more. The limit of a
 * list is in its schema.
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

/** The number of fields that it can hold; undefined: it has no limit. */
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
