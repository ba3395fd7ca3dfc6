import { hasExtension, type Tenant, toE164 } from '@redial/call';

export type ResolvedCallerId =
  | { readonly ok: true; readonly callerId: string }
  | { readonly ok: false; readonly message: string };

/** What a caller wrote → one of the tenant's extensions or E.164 digits, if the tenant may show it. */
export function resolveCallerId(written: string, tenant: Tenant): ResolvedCallerId {
  const callerId = hasExtension(tenant, written) ? written : toE164(written, tenant.numberingPlan);
  if (callerId === undefined)
    return { ok: false, message: 'is neither an extension of yours nor a number in a known form' };
  const { allowed } = tenant.callerIds;
  if (allowed !== undefined && !allowed.includes(callerId))
    return { ok: false, message: 'is not a caller ID that you may show' };
  return { ok: true, callerId };
}
