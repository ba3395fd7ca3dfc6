import { hasExtension, type Tenant } from '@redial/call';
import { readNumber } from '@redial/numbering';
import { neitherExtensionNorNumber } from './written-number.ts';

export type ResolvedCallerId =
  | { readonly ok: true; readonly callerId: string }
  | { readonly ok: false; readonly message: string };

/** What a caller wrote → one of the tenant's extensions or E.164 digits, if the tenant may show it. */
export function resolveCallerId(written: string, tenant: Tenant): ResolvedCallerId {
  const number = hasExtension(tenant, written)
    ? { ok: true as const, e164: written }
    : readNumber(written, tenant.numberingPlan);
  if (!number.ok) return { ok: false, message: neitherExtensionNorNumber(written, tenant, number) };
  const callerId = number.e164;
  if (!mayShow(callerId, tenant)) return { ok: false, message: 'is not a caller ID that you may show' };
  return { ok: true, callerId };
}

/** Without a list of its own a tenant whose plan names its country shows the numbers that are configured, and its extensions; any other as ever. */
function mayShow(callerId: string, tenant: Tenant): boolean {
  const { allowed, default: usual, pool, campaigns, agents } = tenant.callerIds;
  if (allowed !== undefined) return allowed.includes(callerId);
  if (tenant.numberingPlan.country === undefined || hasExtension(tenant, callerId)) return true;
  return [usual, ...pool, ...Object.values(campaigns), ...Object.values(agents)].includes(callerId);
}
