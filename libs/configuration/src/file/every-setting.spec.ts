import { formAllowed } from '@redial/call';
import { everyField, type FieldOfSchema } from '@redial/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Configuration } from '../schema/configuration.ts';
import { describeIssue, formatPath } from './validation-sentences.ts';

const wrongValues = ['', '\u0000', 'x'.repeat(1_000), -1, 1.5, 1e12, true, null, [], {}];

/** The words that every sentence about this setting must have. */
function allowed({ schema }: FieldOfSchema): readonly string[] {
  if (schema instanceof z.ZodNumber) return [schema.minValue, schema.maxValue].map(String);
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return schema instanceof z.ZodBoolean ? ['true or false'] : [];
}

function sentences(field: FieldOfSchema, value: unknown, path = field.path): string[] {
  const root = field.around(value);
  const issues = Configuration.safeParse(root).error?.issues ?? [];
  const described = issues.flatMap((issue) => describeIssue(issue, { root, schema: Configuration }));
  return described.filter((issue) => formatPath(issue.path) === formatPath(path)).map(({ message }) => message);
}

/** A sentence about a form has an example of it, or its length. */
const formOrType = /^must be a text|such as|like|\d/;
const bare = /Invalid|Too (small|big)|expected|Unrecognized|received|undefined|\b1 (items|characters|entries)\b/;
const fields = everyField(Configuration).map((field) => [formatPath(field.path), field] as const);

describe('the allowed values in a sentence about redial.yaml', () => {
  it.each(fields)('%s', (_path, field) => {
    for (const sentence of wrongValues.flatMap((value) => sentences(field, value))) {
      expect(sentence).not.toMatch(bare);
      if (field.schema instanceof z.ZodString && formAllowed(field.schema)) expect(sentence).toMatch(formOrType);
      for (const words of allowed(field)) expect(sentence).toContain(words);
    }
  });

  it.each(fields.filter(([, { schema }]) => schema instanceof z.ZodObject))('%s: the closest name', (_p, f) => {
    const known = Object.keys((f.schema as z.ZodObject).shape);
    for (const name of known.filter((n) => n.length > 3)) {
      const mistyped = `${name}x`;
      expect(sentences(f, { [mistyped]: 1 }, [...f.path, mistyped])).toEqual([
        `there is no such setting: did you mean ${name}?`,
      ]);
    }
  });
});

it('the dispositions that a policy may have, and a required text', () => {
  const root = { pbxs: [{ host: '' }], tenants: [{ defaults: { retryPolicy: { perDisposition: { thursday: {} } } } }] };
  const issues = Configuration.safeParse(root).error?.issues ?? [];
  const said = issues.flatMap((issue) => describeIssue(issue, { root, schema: Configuration }));
  const of = (path: string) => said.find((fault) => formatPath(fault.path) === path)?.message;
  expect(of('pbxs[0].host')).toBe('must not be empty');
  expect(of('tenants[0].defaults.retryPolicy.perDisposition.thursday')).toMatch(
    /^there is no such setting: there are .*busy/,
  );
});
