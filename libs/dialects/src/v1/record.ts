import { type CallRequest, type Destination, recordingOf, type Tenant } from '@redial/call';

export type Recorded =
  | { readonly ok: true; readonly recording: CallRequest['recording'] }
  | { readonly ok: false; readonly message: string };

/**
 * A call's own wish over its tenant's rule. The rule is the tenant's promise to people who are recorded, or are not: a wish against it is refused,
 * never bent.
 */
export function readRecord(
  wish: boolean | undefined,
  dial1: Destination,
  dial2: Destination,
  tenant: Tenant,
): Recorded {
  const byRule = recordingOf(dial1, dial2, tenant);
  if (wish === undefined) return { ok: true, recording: byRule };
  if (wish && tenant.recording === 'none') return { ok: false, message: 'must not be true: you record nothing' };
  if (!wish && byRule !== undefined) return { ok: false, message: 'must not be false: you record such calls' };
  return { ok: true, recording: wish ? recordingOf(dial1, dial2, { recording: 'all' }) : undefined };
}
