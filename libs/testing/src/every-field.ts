import { bareSchema } from '@redial/call';
import { z } from 'zod';

/** A field somewhere in a schema. */
export interface FieldOfSchema {
  readonly path: readonly (string | number)[];
  /** Without its wrappers. */
  readonly schema: z.ZodType;
  /** A file or a body with this value in the field, and otherwise only the name of the variant. */
  around(value: unknown): unknown;
}

/** Every field of a schema, itself first, for specs that must cover new fields. A list or a record has one entry. */
export function everyField(
  schema: unknown,
  path: FieldOfSchema['path'] = [],
  around: FieldOfSchema['around'] = (value) => value,
): FieldOfSchema[] {
  const bare = bareSchema(schema) as z.ZodType;
  if (bare instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = bare.def;
    return (bare.options as z.ZodObject[]).flatMap((option) => {
      const [word] = (option.shape[discriminator] as z.ZodEnum | z.ZodLiteral)._zod.values ?? [];
      return everyField(option, path, (value) =>
        around(typeof value === 'object' && value !== null ? { [discriminator]: word, ...value } : value),
      );
    });
  }
  const below =
    bare instanceof z.ZodObject
      ? Object.entries(bare.shape)
      : bare instanceof z.ZodRecord
        ? [[nameFor(bare.keyType as z.ZodType), bare.valueType] as const]
        : [];
  const fields = below.flatMap(([name, field]) =>
    everyField(field, [...path, name], (value) => around({ [name]: value })),
  );
  const entries = bare instanceof z.ZodArray ? everyField(bare.element, [...path, 0], (value) => around([value])) : [];
  return [{ path, schema: bare, around }, ...fields, ...entries];
}

function nameFor(keys: z.ZodType): string {
  if (keys instanceof z.ZodEnum) return String(keys.options[0]);
  return ['1001', 'CAMPAIGN', 'X-Campaign', 'campaign', '1'].find((name) => keys.safeParse(name).success) ?? 'name';
}
