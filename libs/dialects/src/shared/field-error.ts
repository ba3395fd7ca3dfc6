import {
  countAllowed,
  formAllowed,
  isBare,
  lengthAllowed,
  nameSuggestion,
  numberAllowed,
  recordNames,
  schemaAt,
  valueAt,
  valuesAllowed,
} from '@redial/call';
import { invisibleCharacters } from '@redial/numbering';
import { z } from 'zod';
import { type FieldLimits, tooManyFields } from './too-many-fields.ts';

/** The error of one field. `message` continues the field's name: "/dial1" + "is required". */
export interface FieldError {
  /** A JSON pointer into the body (RFC 6901; empty: the body itself), or the name of a header or parameter. */
  readonly field: string;
  readonly message: string;
}

export type FieldValues<Shape extends z.ZodRawShape> = Partial<z.output<z.ZodObject<Shape>>>;

interface ReadFields<Shape extends z.ZodRawShape> {
  /** The fields that fit the schema, even if others do not: they can still be checked against the tenant. */
  readonly values: FieldValues<Shape>;
  readonly errors: FieldError[];
  /** The object holds more fields than the schema allows, and none was read. `errors` names the field with too many. */
  readonly tooMany?: true;
}

/** Reads an object field by field; no field's error hides another's. `limits`: as `tooManyFields` takes them. */
export function readFields<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  input: unknown,
  limits?: FieldLimits,
): ReadFields<Shape> {
  const tooMany = tooManyFields(schema, input, limits);
  if (tooMany !== undefined) {
    const { path, message } = tooMany;
    return { values: {}, errors: [{ field: pointer(...path), message }], tooMany: true };
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return { values: parsed.data as FieldValues<Shape>, errors: [] };
  const errors = parsed.error.issues.flatMap((issue) => errorsOf(issue, input, schema));
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return { values: {}, errors };
  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  const right = Object.entries(schema.shape).flatMap(([name, field]) => {
    if (wrong.has(name)) return [];
    const value = (field as z.ZodType).safeParse((input as Record<string, unknown>)[name]);
    return value.success ? [[name, value.data] as const] : [];
  });
  return { values: Object.fromEntries(right) as FieldValues<Shape>, errors };
}

/** Most errors in one answer: it must not grow with the number of wrong fields. */
export const errorsMax = 20;

/** The first `max` errors, and the number of the others. */
export function firstErrors(errors: readonly FieldError[], max = errorsMax): readonly FieldError[] {
  const more = errors.length - max;
  return more <= 0 ? errors : [...errors.slice(0, max), { field: '', message: `and ${more} more` }];
}

/** zod's path → a JSON pointer. */
export function pointer(...path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

type ZodIssue = z.core.$ZodIssue;

function errorsOf(issue: ZodIssue, input: unknown, schema: z.ZodType): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    const at = schemaAt(schema, issue.path, input);
    return issue.keys.map((key, index) => ({
      field: pointer(...issue.path, shorten(key)),
      message: `is not a known field${index < suggestedMax ? nameSuggestion(key, at) : recordNames(at)}`,
    }));
  }
  return [
    { field: pointer(...issue.path.map((step) => shorten(String(step)))), message: messageOf(issue, input, schema) },
  ];
}

/** Unknown names that get a suggestion: a client that mistyped a few. The others are only named. */
const suggestedMax = 20;

/** The client's own text in an answer: only as much as identifies it. */
export function shorten(key: string): string {
  return key.length <= 60 ? key : `${key.slice(0, 60)}…`;
}

function messageOf(issue: ZodIssue, input: unknown, schema: z.ZodType): string {
  const value = valueAt(issue.path, input);
  if (value === undefined) return 'is required';
  // A text with invisible characters looks right: the message names them before it states what is allowed.
  const invisible = typeof value === 'string' ? invisibleCharacters(value) : undefined;
  const message = allowedBy(issue, schemaAt(schema, issue.path, input));
  return invisible === undefined || issue.code === 'invalid_type' ? message : `${invisible}; ${message}`;
}

function allowedBy(issue: ZodIssue, field: z.ZodType | undefined): string {
  if (field instanceof z.ZodNumber) return `must be ${numberAllowed(field)}`;
  switch (issue.code) {
    case 'invalid_type': {
      const form = field instanceof z.ZodString ? formAllowed(field) : undefined;
      return `must be ${typeName[issue.expected] ?? issue.expected}${form === undefined ? '' : `: ${form}`}`;
    }
    case 'invalid_value':
      return `must be ${valuesAllowed(issue.values)}`;
    case 'too_small':
    case 'too_big':
      if (field instanceof z.ZodArray) return `must hold ${countAllowed(field, issue.path.at(-1))}`;
      return `must be ${field instanceof z.ZodString && isBare(issue) ? lengthAllowed(field) : issue.message}`;
    case 'invalid_key':
      return `has a name that is not ${nameAllowed(issue.issues[0])}`;
    case 'custom':
      return issue.message;
    default:
      return `must be ${issue.message}`;
  }
}

function nameAllowed(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'allowed';
  return issue.code === 'invalid_value' ? `one of ${issue.values.map(String).join(', ')}` : issue.message;
}

const typeName: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};
