import type { z } from 'zod';

export type Path = readonly (string | number)[];

export interface FieldFault {
  readonly path: Path;
  readonly message: string;
  /** It is the field's name that is wrong, not its value. */
  readonly atName?: true;
}

/** One zod issue → sentences about fields, without their values. An issue about several unknown keys is several sentences. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): FieldFault[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such setting', atName: true }));
    case 'invalid_key':
      return [{ path, message: `this key is not valid: ${issue.issues[0]?.message ?? issue.message}`, atName: true }];
    case 'invalid_type':
      return [{ path, message: describeType(issue.expected, found) }];
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) {
        return [
          { path, message: `${found === undefined ? 'is missing: ' : ''}must be one of ${issue.options.join(', ')}` },
        ];
      }
      break;
    case 'invalid_value':
      return [{ path, message: `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}` }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: found === undefined ? 'is missing' : `must ${boundOf(issue)}` }];
    default:
  }
  if (found === undefined) return [{ path, message: 'is missing' }];
  return [{ path, message: /^an? /.test(issue.message) ? `must be ${issue.message}` : issue.message }];
}

/** `be at least 1`, `hold at most 2 entries`. */
function boundOf(issue: Extract<z.core.$ZodIssue, { code: 'too_small' | 'too_big' }>): string {
  const [word, bound] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum];
  const many = Number(bound) === 1 ? '' : 's';
  if (issue.origin === 'string') return `be at ${word} ${bound} character${many} long`;
  if (issue.origin === 'number' || issue.origin === 'int') return `be at ${word} ${bound}`;
  return `hold at ${word} ${bound} entr${many === '' ? 'y' : 'ies'}`;
}

/** `pbxs[0].name`; the file itself is `(file)`. */
export function formatPath(path: Path): string {
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

function describeType(expected: string, found: unknown): string {
  const wanted = typeNames[expected] ?? expected;
  if (found === undefined) return `is missing: ${wanted}`;
  const kind = found === null ? 'null' : Array.isArray(found) ? 'array' : typeof found;
  const hint = expected === 'string' && (kind === 'number' || kind === 'boolean') ? ': put it in quotes' : '';
  return `must be ${wanted} and is ${expected === 'int' && kind === 'number' ? 'none' : (typeNames[kind] ?? kind)}${hint}`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
  }, root);
}
