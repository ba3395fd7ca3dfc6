import { hasExtension, type Result, type Tenant } from '@redial/call';
import { readNumber } from '@redial/numbering';
import { neitherExtensionNorNumber } from './written-number.ts';

/**
 * A caller ID as a client writes it → one of the tenant's extensions, or E.164 digits; only one that the tenant may
 * show.
 */
export function resolveCallerId(written: string, tenant: Tenant): Result<string> {
  const number = hasExtension(tenant, written)
    ? { ok: true as const, value: written }
    : readNumber(written, tenant.numberingPlan);
  if (!number.ok) return { ok: false, message: neitherExtensionNorNumber(written, tenant, number) };
  if (!mayShow(number.value, tenant)) return { ok: false, message: 'is not a caller ID that you may show' };
  return number;
}

/**
 * A tenant with a list of its own shows what is on it. Without a list, a tenant whose numbering plan names its country
 * shows its configured numbers and its extensions; any other tenant shows any number.
 */
function mayShow(callerId: string, tenant: Tenant): boolean {
  const { allowed, default: usual, pool, agents } = tenant.callerIds;
  if (allowed !== undefined) return allowed.includes(callerId);
  if (tenant.numberingPlan.country === undefined || hasExtension(tenant, callerId)) return true;
  return [usual, ...pool, ...Object.values(agents)].includes(callerId);
}
