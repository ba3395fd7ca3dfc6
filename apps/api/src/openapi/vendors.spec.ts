import { vendors } from '@redial/dialects';
import { describe, expect, it } from 'vitest';
import { vendorsOpenApi } from './vendors.ts';

const document = vendorsOpenApi('1.2.3', vendors) as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly webhooks: Readonly<Record<string, unknown>>;
};

it('has every address of every vendor, each under an id of its own', () => {
  const all = vendors.flatMap(({ routes, recordings }) => [...routes, ...recordings]);
  for (const { method, path } of all) expect(document.paths[path], `${method} ${path}`).toHaveProperty(method);
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(all.length);
});

it('has every shape of a CDR', () => {
  const formats = vendors.flatMap(({ notifications }) => Object.keys(notifications));
  expect(Object.keys(document.webhooks).sort()).toEqual(formats.sort());
});

describe.each(vendors)('$name', ({ documentation }) => {
  it('has examples that its schemas accept', () => {
    if (documentation === undefined) throw new Error('it is not documented');
    const { fields, example, answers, refusal } = documentation;
    expect(fields.safeParse(example).error).toBeUndefined();
    for (const each of [...Object.values(answers), refusal])
      expect(each.schema.safeParse(each.example).error).toBeUndefined();
  });
});
