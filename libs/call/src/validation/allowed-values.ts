import { z } from 'zod';
import { closestName } from './closest-name.ts';

/** The schema of the field at a path, without its wrappers. Undefined where the path leads out of the schema. */
export function schemaAt(schema: unknown, path: readonly PropertyKey[], value: unknown): z.ZodType | undefined {
  const bare = schemaFor(value, schema);
  const [step, ...rest] = path;
  if (step === undefined) return bare;
  const below = isGroup(value) ? value[step] : undefined;
  if (bare instanceof z.ZodObject && Object.hasOwn(bare.shape, step))
    return schemaAt(bare.shape[String(step)], rest, below);
  if (bare instanceof z.ZodRecord) return schemaAt(bare.valueType, rest, below);
  return bare instanceof z.ZodArray ? schemaAt(bare.element, rest, below) : undefined;
}

/** The schema below its wrappers: optional, nullable, default, transform. */
export function bareSchema(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return bareSchema(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wraps ? bareSchema(schema.unwrap()) : schema;
}

/** Of a schema with variants: the variant that the value names. */
function schemaFor(value: unknown, schema: unknown): z.ZodType | undefined {
  const bare = bareSchema(schema);
  if (bare instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = bare.def;
    const word = isGroup(value) ? value[discriminator] : undefined;
    const options = bare.options as z.ZodObject[];
    return options.find((option) => (option.shape[discriminator] as z.ZodType).safeParse(word).success);
  }
  return bare instanceof z.ZodType ? bare : undefined;
}

/** The value at a path of a file or a body. */
export function valueAt(path: readonly PropertyKey[], root: unknown): unknown {
  return path.reduce<unknown>((at, step) => (isGroup(at) ? at[step] : undefined), root);
}

function isGroup(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The property names that an object may have. Empty where any name is allowed. */
function namesAllowed(schema: z.ZodType | undefined): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum ? schema.keyType.options.map(String) : [];
}

/**
 * What follows the error of an unknown name: the one that was probably meant, or every name of a record, which are few.
 */
export function nameSuggestion(name: string, schema: z.ZodType | undefined): string {
  const meant = closestName(name, namesAllowed(schema));
  return meant === undefined ? recordNames(schema) : `: did you mean ${meant}?`;
}

/** Every name of a record, such as dispositions. Empty for an object: its names are many. */
export function recordNames(schema: z.ZodType | undefined): string {
  return schema instanceof z.ZodRecord ? `: there are ${namesAllowed(schema).join(', ')}` : '';
}

/** `one of roof, yard`; a single value stands alone. */
export function valuesAllowed(values: readonly unknown[]): string {
  return `${values.length === 1 ? '' : 'one of '}${values.map(String).join(', ')}`;
}

/** `a whole number from 1 to 300`. */
export function numberAllowed(schema: z.ZodNumber): string {
  const noun = schema.isInt ? 'a whole number' : 'a number';
  const min = bound(schema.minValue);
  const max = bound(schema.maxValue);
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}`;
  if (min !== undefined) return `${noun}, at least ${min}`;
  return max === undefined ? noun : `${noun}, at most ${max}`;
}

/** The limit of the number type itself is no bound of the schema. */
function bound(value: number | null): number | undefined {
  return value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

/** The form that a pattern requires, in its schema's own words. Undefined: there is no pattern. */
export function formAllowed(schema: z.ZodString): string | undefined {
  // None of our patterns accepts this character.
  const issue = schema.safeParse('\u0000').error?.issues[0];
  return issue?.code === 'invalid_format' && !isBare(issue) ? issue.message : undefined;
}

/** The issue's sentence is the validator's own and not the schema's. */
export function isBare(issue: { readonly message: string }): boolean {
  return /^(Invalid|Too (small|big)|Unrecognized)/.test(issue.message);
}

/** `1 to 200 characters long`, `at least 8 characters long`. */
export function lengthAllowed({ minLength, maxLength }: Pick<z.ZodString, 'minLength' | 'maxLength'>): string {
  const end = `character${(maxLength ?? minLength) === 1 ? '' : 's'} long`;
  if (minLength !== null && maxLength !== null) return `${minLength} to ${maxLength} ${end}`;
  return minLength === null ? `at most ${maxLength} ${end}` : `at least ${minLength} ${end}`;
}

export function countsOf(schema: z.ZodArray): { readonly min?: number; readonly max?: number } {
  const checks = (schema.def.checks ?? []).map((check) => check._zod.def as { minimum?: number; maximum?: number });
  const min = checks.find(({ minimum }) => minimum !== undefined)?.minimum;
  const max = checks.find(({ maximum }) => maximum !== undefined)?.maximum;
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

/** `at least one call and at most 1000`: a list is named after its field. */
export function countAllowed(schema: z.ZodArray, name: PropertyKey | undefined): string {
  const { min, max } = countsOf(schema);
  const one = /^[a-z]+[^s]s$/.test(String(name)) ? String(name).slice(0, -1) : 'entry';
  const many = one === 'entry' ? 'entries' : `${one}s`;
  const least = min === 1 ? `at least one ${one}` : `at least ${min} ${many}`;
  if (max === undefined) return least;
  return min === undefined ? `at most ${max} ${max === 1 ? one : many}` : `${least} and at most ${max}`;
}
