import { expect, it } from 'vitest';
import { readConfiguredNumbers } from './configured-numbers.ts';

const file = (tenant: object, numberingPlan: object = { country: 'IT' }) => ({
  tenants: [{ numberingPlan, ...tenant }],
});
const read = (tenant: object, plan?: object) => {
  const { file: value, issues } = readConfiguredNumbers(file(tenant, plan));
  const { numberingPlan: _, ...rest } = (value as { tenants: Record<string, unknown>[] }).tenants[0] ?? {};
  return { ...rest, issues: issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
};
const southAfrica = { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } };

it('a number is kept as E.164 digits, in any form', () => {
  const doNotCall = ['+4407700900123', '+447700900123', '447700900123', '0612345678', '3931234567', '393931234567'];
  expect(read({ doNotCall })).toEqual({
    doNotCall: ['447700900123', '447700900123', '447700900123', '390612345678', '393931234567', '393931234567'],
    issues: [],
  });
});

it('of a plan without a country, digits alone are E.164 digits', () => {
  const doNotCall = ['27821234567', '3931234567', '0821234567', '+4407700900123'];
  expect(read({ doNotCall }, southAfrica)).toEqual({
    doNotCall: ['27821234567', '3931234567', '27821234567', '447700900123'],
    issues: [],
  });
});

it('caller IDs are read as well, and extensions stay unchanged', () => {
  const callerIds = {
    default: '0612345678',
    allowed: ['1001', '+390612345678', '+39 06'],
    pool: ['3123456789'],
    agents: { '1001': '0612345678' },
  };
  expect(read({ callerIds })).toEqual({
    callerIds: {
      default: '390612345678',
      allowed: ['1001', '390612345678', '+39 06'],
      pool: ['393123456789'],
      agents: { '1001': '390612345678' },
    },
    issues: [],
  });
});

it.each([
  [
    { doNotCall: ['3906123456'] },
    undefined,
    'tenants.0.doNotCall.0: could be two numbers: write + and the country code',
  ],
  [
    { doNotCall: ['0123'] },
    undefined,
    'tenants.0.doNotCall.0: is not a number in a known form: write + and the country code',
  ],
  [{}, { country: 'XX' }, 'tenants.0.numberingPlan.country: is no country of ISO 3166-1, such as IT or ZA'],
  [
    {},
    { country: 'IT', countryCode: '34' },
    'tenants.0.numberingPlan.countryCode: is not the country code of IT, which is 39',
  ],
  [{ services: [{ code: '0612345678' }] }, undefined, 'tenants.0.services.0.code: is a number of the numbering plan'],
])('%j %j is refused', (tenant, plan, fault) => {
  expect(read(tenant, plan).issues).toEqual([fault]);
});

it.each([undefined, null, 'x', { tenants: 'x' }, { tenants: [null, 'x', {}] }])('%j stays unchanged', (value) => {
  expect(readConfiguredNumbers(value)).toEqual({ file: value, issues: [] });
});
