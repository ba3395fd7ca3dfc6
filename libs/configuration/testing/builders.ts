import { TenantConfiguration } from '../src/schema/tenant-configuration.ts';
import type { TrunkConfiguration } from '../src/schema/trunk-configuration.ts';

/** Builders for specs: small valid values. A spec overrides what it is about. */
export const keyHash = 'a'.repeat(64);

const acme = {
  id: 'acme',
  timeZone: 'Africa/Johannesburg',
  apiKeys: [{ name: 'main', sha256: keyHash }],
  numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
  extensions: { pattern: '1[0-9]{3}' },
  trunks: ['carrier'],
};

export function configuredTenant(tenant: Record<string, unknown> = {}): TenantConfiguration {
  return TenantConfiguration.parse({ ...acme, ...tenant });
}

export const carrier: TrunkConfiguration = {
  name: 'carrier',
  channel: 'PJSIP/{number}@carrier',
  numberPrefix: '',
  maxCalls: 10,
  maxCallsPerSecond: 5,
};

export function configurationInput(): Record<'pbxs' | 'trunks' | 'tenants', Record<string, unknown>[]> {
  return {
    pbxs: [{ name: 'pbx-1', host: '127.0.0.1', username: 'redial', secret: 'secret' }],
    trunks: [{ ...carrier }],
    tenants: [{ ...acme }],
  };
}

export type ConfigurationInput = ReturnType<typeof configurationInput>;
