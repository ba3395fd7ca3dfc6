import { ClientInfo, Reference } from '@redial/call';
import { z } from 'zod';
import { ShownName } from '../shared/shown-name.ts';
import { printed } from './php/http-build-query.ts';
import { isPhpArray, type PhpArray, type PhpValue, textOf } from './php/php-value.ts';

/** The vendor's three kinds of destination; `extension` and `user_email` are on its other pages. */
export const destinationTypes = ['user', 'extension', 'user_email', 'queue', 'context'] as const;
export type DestinationType = (typeof destinationTypes)[number];

const Text = z.string();

/** In a form, an empty field is an absent one. */
const maybe = <Field extends z.ZodType>(field: Field) =>
  z.preprocess((text) => (text === '' ? undefined : text), field.optional()).optional();

/** `data` of a request, as `fieldsOf` reads it: every value is the text that a form carries. */
export const OriginateCallData = z.strictObject({
  project_id: Text,
  /** The customer's number. */
  caller_id: Text,
  caller_id_name: ShownName,
  type: z.enum(destinationTypes),
  destination: Text,
  external_id: Reference,
  external_info: maybe(ClientInfo),
  async: maybe(z.enum(['0', '1', 'true', 'false'])),
  outbound_number: maybe(Text),
  outbound_trunk: maybe(Text),
  /** Its entries are read one by one, so that each error names its variable. */
  vars: maybe(z.custom<PhpArray>((value) => value instanceof Map, 'must hold names and values')),
});
export type OriginateCallData = z.infer<typeof OriginateCallData>;

/** Stands for bytes that are not UTF-8, and for text that contains U+FFFD: it was damaged before it was sent. */
export const notText = Symbol('not text');
export const notTextMessage = 'must be text in UTF-8';

/**
 * PHP's array → its texts by name. A null, and an array that contains only nulls, is absent, as in `http_build_query`.
 * Other arrays stay.
 */
export function fieldsOf(array: PhpArray): Readonly<Record<string, unknown>> {
  const fields = [...array].map(([name, value]) => [shownName(name), fieldOf(value)] as const);
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

function fieldOf(value: PhpValue): string | PhpArray | typeof notText | undefined {
  if (value === null) return undefined;
  if (isPhpArray(value)) return [...value.values()].every((inner) => fieldOf(inner) === undefined) ? undefined : value;
  const text = textOf(printed(value));
  return text === undefined || text.includes('\ufffd') ? notText : text;
}

/** Known names are ASCII. Other names only have to be readable in an error. */
export function shownName(bytes: string): string {
  return textOf(bytes) ?? bytes;
}
