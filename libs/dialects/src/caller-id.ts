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
  const { allowed } = tenant.callerIds;
  if (allowed !== undefined && !allowed.includes(callerId))
    return { ok: false, message: 'is not a caller ID that you may show' };
  return { ok: true, callerId };
}
