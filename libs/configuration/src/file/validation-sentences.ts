import {
  countAllowed,
  type Issue,
  isBare,
  lengthAllowed,
  nameSuggestion,
  numberAllowed,
  schemaAt,
  valueAt,
  valuesAllowed,
} from '@redial/call';
import { z } from 'zod';

export interface FieldIssue extends Issue {
  /** The field's name is wrong, not its value. */
  readonly atName?: true;
}

interface Validated {
  /** The whole file. */
  readonly root: unknown;
  /** The schema of the value at `above`. */
  readonly schema: z.ZodType;
  readonly above?: Issue['path'];
}

/**
 * One zod issue → sentences about fields, without their values. An issue about several unknown keys gives several
 * sentences.
 */
export function describeIssue(issue: z.core.$ZodIssue, { root, schema, above = [] }: Validated): FieldIssue[] {
  const below = issue.path.filter((part) => typeof part !== 'symbol');
  const path = [...above, ...below];
  const found = valueAt(path, root);
  const field = schemaAt(schema, below, valueAt(above, root));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `there is no such setting${nameSuggestion(key, field)}`,
        atName: true,
      }));
    case 'invalid_key':
      return [{ path, message: `this key is not valid: ${issue.issues[0]?.message ?? issue.message}`, atName: true }];
    case 'invalid_type':
      return [{ path, message: describeType(issue.expected, found, field) }];
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) {
        return [
          { path, message: `${found === undefined ? 'is missing: ' : ''}must be one of ${issue.options.join(', ')}` },
        ];
      }
      break;
    case 'invalid_value':
      return [{ path, message: `must be ${valuesAllowed(issue.values)}` }];
    case 'too_small':
    case 'too_big':
      if (found === undefined || !isBare(issue)) break;
      return [{ path, message: `must ${boundOf(field, path.at(-1))}` }];
    default:
  }
  if (found === undefined) return [{ path, message: 'is missing' }];
  return [{ path, message: /^an? /.test(issue.message) ? `must be ${issue.message}` : issue.message }];
}

/** `be a whole number from 1 to 60`, `hold at least one entry`. */
function boundOf(field: z.ZodType | undefined, name: string | number | undefined): string {
  if (field instanceof z.ZodNumber) return `be ${numberAllowed(field)}`;
  if (field instanceof z.ZodArray) return `hold ${countAllowed(field, name)}`;
  if (field instanceof z.ZodString && field.minLength === 1 && field.maxLength === null) return 'not be empty';
  return field instanceof z.ZodString ? `be ${lengthAllowed(field)}` : 'be of another size';
}

/** `pbxs[0].name`; the file itself is `(file)`. */
export function formatPath(path: Issue['path']): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text === '' ? '(file)' : text.replace(/^\./, '');
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
  null: 'empty',
};

function describeType(expected: string, found: unknown, field: z.ZodType | undefined): string {
  const wanted = field instanceof z.ZodNumber ? numberAllowed(field) : (typeNames[expected] ?? expected);
  if (found === undefined) return `is missing: ${wanted}`;
  const kind = found === null ? 'null' : Array.isArray(found) ? 'array' : typeof found;
  const hint = expected === 'string' && (kind === 'number' || kind === 'boolean') ? ': put it in quotes' : '';
  if (expected === 'int' && kind === 'number') return `must be ${wanted}`;
  return `must be ${wanted}${wanted.includes(',') ? ',' : ''} and is ${typeNames[kind] ?? kind}${hint}`;
}
