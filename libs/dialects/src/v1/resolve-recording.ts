import { type CallRequest, type Destination, type Result, recordingOf, type Tenant } from '@redial/call';

/**
 * `record` of a request, under its tenant's rule. The rule is the tenant's promise to people who are recorded or are
 * not recorded: a request against it is rejected.
 */
export function resolveRecording(
  record: boolean | undefined,
  dial1: Destination,
  dial2: Destination,
  tenant: Tenant,
): Result<CallRequest['recording']> {
  const byRule = recordingOf(dial1, dial2, tenant);
  if (record === undefined) return { ok: true, value: byRule };
  if (record && tenant.recording === 'none') return { ok: false, message: 'must not be true: you record nothing' };
  if (!record && byRule !== undefined) return { ok: false, message: 'must not be false: you record such calls' };
  return { ok: true, value: record ? recordingOf(dial1, dial2, { recording: 'all' }) : undefined };
}
