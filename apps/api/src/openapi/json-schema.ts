import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;
type Direction = 'input' | 'output';

/** A schema as JSON Schema, inline. Schemas with an id are referenced as components of the document. */
export function inlineSchema(schema: z.ZodType, io: Direction): Record<string, unknown> {
  return definitionsOf(schema, io).own;
}

/** The components for these schemas, and for those that they reference, by their ids. */
export function componentsOf(schemas: readonly (readonly [schema: z.ZodType, io: Direction])[]): Json {
  return Object.assign({}, ...schemas.map(([schema, io]) => definitionsOf(schema, io).components));
}

/** A reference to the component if the schema has an id; any other schema inline. */
export function reference(schema: z.ZodType, io: Direction): Json {
  const name = schema.meta()?.id;
  return name === undefined ? inlineSchema(schema, io) : { $ref: `#/components/schemas/${name}` };
}

/** zod puts schemas with an id into `$defs`, including the schema itself. */
function definitionsOf(schema: z.ZodType, io: Direction) {
  const { $schema, $defs = {}, ...root } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  const name = schema.meta()?.id;
  const itself = name === undefined ? root : { ...root, ...$defs[name], $ref: undefined };
  const all = name === undefined ? $defs : { ...$defs, [name]: itself };
  const components = Object.fromEntries(Object.entries(all).map(([id, definition]) => [id, plain(definition)]));
  return { own: plain(itself), components };
}

function plain({ id: _id, ...schema }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
