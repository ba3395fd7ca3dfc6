import { invisibleCharacters } from '@redial/numbering';
import type { z } from 'zod';
import { type FieldLimits, tooManyFields } from './too-many-fields.ts';

/** What is wrong with one field. `message` goes on from the field's name: "/dial1" + "is required". */
export interface FieldError {
  /** A JSON pointer into the body (RFC 6901; empty: the body itself), or the name of a header or parameter. */
  readonly field: string;
  readonly message: string;
}

export type FieldValues<Shape extends z.ZodRawShape> = Partial<z.output<z.ZodObject<Shape>>>;

export interface ReadFields<Shape extends z.ZodRawShape> {
  /** The fields that are right, even if others are wrong: they can still be checked against the tenant. */
  readonly values: FieldValues<Shape>;
  readonly errors: FieldError[];
  /** It holds more than could be right, and nothing of it was looked at: `errors` says of what there is too much. */
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
  const errors = parsed.error.issues.flatMap((issue) => errorsOf(issue, input));
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return { values: {}, errors };
  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  const right = Object.entries(schema.shape).flatMap(([name, field]) => {
    if (wrong.has(name)) return [];
    const value = (field as z.ZodType).safeParse((input as Record<string, unknown>)[name]);
    return value.success ? [[name, value.data] as const] : [];
  });
  return { values: Object.fromEntries(right) as FieldValues<Shape>, errors };
}

/** Most errors that one refusal names: an answer must not grow with what is wrong. */
export const errorsMax = 20;

/** The first of them, and how many more there are. */
export function firstErrors(errors: readonly FieldError[], max = errorsMax): readonly FieldError[] {
  const more = errors.length - max;
  return more <= 0 ? errors : [...errors.slice(0, max), { field: '', message: `and ${more} more` }];
}

/** zod's path → a JSON pointer. */
export function pointer(...path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

type Issue = z.core.$ZodIssue;

function errorsOf(issue: Issue, input: unknown): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: pointer(...issue.path, shorten(key)), message: 'is not a known field' }));
  }
  return [{ field: pointer(...issue.path.map((step) => shorten(String(step)))), message: messageOf(issue, input) }];
}

/** What the client wrote comes back in the answer: enough of it to be recognised, and no more. */
export function shorten(key: string): string {
  return key.length <= 60 ? key : `${key.slice(0, 60)}…`;
}

function messageOf(issue: Issue, input: unknown): string {
  const value = valueAt(issue.path, input);
  if (value === undefined) return 'is required';
  // What looks right to whoever reads it is told first, and what is allowed behind it.
  const invisible = typeof value === 'string' ? invisibleCharacters(value) : undefined;
  const message = allowedBy(issue);
  return invisible === undefined || issue.code === 'invalid_type' ? message : `${invisible}; ${message}`;
}

function allowedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeName[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${issue.origin === 'array' ? 'hold' : 'be'} at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `must ${issue.origin === 'array' ? 'hold' : 'be'} at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_key':
      return `has a name that is not ${issue.issues[0]?.message ?? 'allowed'}`;
    case 'custom':
      return issue.message;
    default:
      return `must be ${issue.message}`;
  }
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

function unit(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' items' : '';
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    input,
  );
}
