import { Tenant } from '@redial/call';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { acme } from '../../testing/acme.ts';
import { dialectSettings } from './dialect-settings.ts';

const schema = z.strictObject({ prefix: z.string().default('X-') });
const tenantWith = (dialects: Record<string, unknown>) => Tenant.parse({ ...acme, dialects });

it('has the tenant’s settings, and defaults for the rest', () => {
  const settings = dialectSettings('fax', schema);
  expect(settings(tenantWith({ fax: { prefix: 'Y-' } }))).toEqual({ prefix: 'Y-' });
  expect(settings(tenantWith({ fax: {} }))).toEqual({ prefix: 'X-' });
});

it('is undefined for a tenant that does not have the dialect, for any name of a dialect', () => {
  for (const name of ['fax', 'constructor', 'toString']) {
    expect(dialectSettings(name, schema)(tenantWith({ telex: {} }))).toBeUndefined();
  }
});

it('throws for settings that the schema refuses: the reader of the file should have checked them', () => {
  expect(() => dialectSettings('fax', schema)(tenantWith({ fax: { colour: 'red' } }))).toThrow(z.ZodError);
});

it('reads the settings of a tenant once, and confuses no two tenants', () => {
  const parse = vi.spyOn(schema, 'parse');
  const settings = dialectSettings('fax', schema);
  const [one, other] = [tenantWith({ fax: { prefix: '1' } }), tenantWith({ fax: { prefix: '2' } })];
  for (const tenant of [one, other, one, other]) settings(tenant);
  expect(parse).toHaveBeenCalledTimes(2);
  expect([settings(one), settings(other)]).toEqual([{ prefix: '1' }, { prefix: '2' }]);
});
