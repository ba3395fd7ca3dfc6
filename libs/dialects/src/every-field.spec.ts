import { formAllowed, isBare } from '@redial/call';
import { everyField, type FieldOfSchema } from '@redial/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OriginatedCall } from './call-originate-act/schema.ts';
import { Click2dialCall } from './click2dial/schema.ts';
import { OriginateCallData } from './originate-call/schema.ts';
import { pointer, readFields } from './shared/field-error.ts';
import { CreateBatch, CreateCall, ListCalls, ListDeliveries, RescheduleCall } from './v1/schema.ts';
import { vendors } from './vendors.ts';

const requests: Readonly<Record<string, z.ZodObject>> = {
  CreateCall,
  CreateBatch,
  RescheduleCall,
  ListCalls,
  ListDeliveries,
  Click2dialCall,
  OriginateCallData,
  OriginatedCall,
};
const wrongValues = [
  '',
  '0',
  '201',
  '\u0000',
  'x'.repeat(1_000),
  -1,
  1.5,
  1e12,
  true,
  null,
  [],
  Array(1_001).fill({}),
  {},
];

/** The words that every error of this field must contain. */
function allowed({ schema }: FieldOfSchema): readonly string[] {
  if (schema instanceof z.ZodNumber) return [schema.minValue, schema.maxValue].map(String);
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (schema instanceof z.ZodBoolean) return ['true or false'];
  return schema instanceof z.ZodString ? [formAllowed(schema) ?? ''] : [];
}

function sentences(schema: z.ZodObject, field: FieldOfSchema, value: unknown): string[] {
  const { errors } = readFields(schema, field.around(value));
  return errors.filter((error) => error.field === pointer(...field.path)).map(({ message }) => message);
}

const bare = /Invalid|Too (small|big)|expected|Unrecognized|received|undefined|\b1 (items|characters|entries)\b|^is a/;

describe.each(Object.entries(requests))('%s: an error states what is allowed', (_name, schema) => {
  const fields = everyField(schema).map((field) => [pointer(...field.path), field] as const);

  it.each(fields)('%s', (_path, field) => {
    const said = wrongValues.flatMap((value) => sentences(schema, field, value));
    for (const sentence of said) {
      expect(sentence).not.toMatch(bare);
      expect(sentence).toMatch(/^(must|has a name|holds|may|are|is)/);
      for (const words of allowed(field)) expect(sentence).toContain(words);
    }
    // No field accepts all of these.
    if (!(field.schema instanceof z.ZodUnknown)) expect(said).not.toEqual([]);
  });

  it.each(fields.filter(([, { schema: of }]) => of instanceof z.ZodObject))(
    '%s: an error suggests the right name',
    (_path, f) => {
      const known = Object.keys((f.schema as z.ZodObject).shape);
      for (const name of known.filter((n) => n.length > 3)) {
        const mistyped = `${name}x`;
        const { errors } = readFields(schema, f.around({ [mistyped]: 1 }));
        const { message } = errors.find((error) => error.field === pointer(...f.path, mistyped)) ?? {};
        expect(message).toBe(`is not a known field: did you mean ${name}?`);
      }
    },
  );
});

it('a batch without a call, and a batch of too many', () => {
  const of = (calls: unknown) => readFields(CreateBatch, { calls }).errors;
  const message = 'must hold at least one call and at most 1000';
  expect(of([])).toEqual([{ field: '/calls', message }]);
  expect(of(Array(1_001).fill({}))).toEqual([{ field: '/calls', message }]);
});

it('the dispositions of a retry policy', () => {
  expect(readFields(CreateCall, { retryPolicy: { perDisposition: { thursday: {} } } }).errors).toContainEqual({
    field: '/retryPolicy/perDisposition/thursday',
    message: expect.stringMatching(/^is not a known field: there are .*\bbusy\b/),
  });
});

describe.each(vendors.map((vendor) => [vendor.name, vendor.settings] as const))('settings of %s', (_name, settings) => {
  it.each(everyField(settings).map((field) => [field.path.join('.'), field] as const))('%s', (_path, field) => {
    const issues = wrongValues.flatMap((value) => settings.safeParse(field.around(value)).error?.issues ?? []);
    // For these codes the reader of the file has no sentence of its own, so the schema must have one.
    const without = issues.filter(
      (issue) => /^(invalid_format|custom|invalid_union)$/.test(issue.code) && isBare(issue),
    );
    expect(without).toEqual([]);
  });
});
