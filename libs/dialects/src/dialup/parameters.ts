import { closestName } from '@redial/call';
import type { RawInput } from '../dialect.ts';
import { type FieldError, shorten } from '../shared/field-error.ts';

/** Every parameter, spelled as the vendor's table has it: the spelling that errors use. */
export const parameterNames = [
  'user',
  'pass',
  'org',
  'dial1',
  'dial2',
  'Response',
  'showUID',
  'RFormat',
  'SetCID',
  'Timeout',
  'Date',
  'Maxretry',
  'Retrytime',
  'ident',
] as const;
export type ParameterName = (typeof parameterNames)[number];

/** As the client wrote them. An empty parameter counts as absent: form builders send every field. */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>;

/** Reports the error of a parameter. `message` continues its name. */
export type Reject = (name: ParameterName, message: string) => undefined;

interface ReadParameters {
  readonly values: Parameters;
  readonly errors: readonly FieldError[];
}

const formType = 'application/x-www-form-urlencoded';
/** As in every form of Redial's. */
const parametersMax = 50;

function unknownParameter(written: string): string {
  const meant = closestName(written, parameterNames);
  return `is not a known parameter${meant === undefined ? '' : `: did you mean ${meant}?`}`;
}

/**
 * A request's query and form, together → its parameters, in any order and case. A parameter that comes twice is an
 * error; its first value stands, so that it causes no other error.
 */
export function readParameters(input: unknown): ReadParameters {
  const { contentType, query, body } = rawOf(input);
  const errors: FieldError[] = [];
  const isForm = body === '' || contentType === formType;
  if (!isForm) errors.push({ field: 'Content-Type', message: `must be ${formType}` });
  const pairs = [...new URLSearchParams(query), ...new URLSearchParams(isForm ? body : '')];
  if (pairs.length > parametersMax) errors.push({ field: '', message: `more than ${parametersMax} parameters` });

  const values = new Map<ParameterName, string>();
  const repeated = new Set<ParameterName>();
  for (const [written, value] of pairs.slice(0, parametersMax)) {
    const name = byLowerCase.get(written.toLowerCase());
    if (name === undefined) errors.push({ field: printable(written), message: unknownParameter(written) });
    else if (values.has(name)) repeated.add(name);
    else values.set(name, value);
  }
  for (const name of repeated) errors.push({ field: name, message: 'comes more than once' });
  return { values: Object.fromEntries([...values].filter(([, value]) => value !== '')), errors };
}

const byLowerCase = new Map(parameterNames.map((name) => [name.toLowerCase(), name]));

const nothing: RawInput = { contentType: '', query: '', body: '' };

/** A request that could not be read has no parameters. */
function rawOf(input: unknown): RawInput {
  const isRaw = typeof input === 'object' && input !== null && 'query' in input && 'body' in input;
  return isRaw ? (input as RawInput) : nothing;
}

/** A name of the client's own, fit for one line of an answer. */
function printable(name: string): string {
  return name === '' ? 'a parameter without a name' : shorten(name.replaceAll(/\p{C}/gu, '?'));
}
