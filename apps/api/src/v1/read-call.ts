import { type AttemptId, type Call, CallId, isPlanned, type Tenant } from '@redial/call';
import type { v1 } from '@redial/dialects';
import type { Versioned } from '@redial/store';
import type { Ports } from '../ports.ts';
import { fromStorage } from '../storage/storage-unavailable.ts';

/** The tenant's call, or undefined: another tenant's call does not exist. */
export async function readCall(
  { store }: Pick<Ports, 'store'>,
  tenant: Tenant,
  id: string,
): Promise<Versioned<Call> | undefined> {
  const callId = CallId.safeParse(id);
  if (!callId.success) return undefined;
  const found = await fromStorage(() => store.readCall(callId.data));
  return found?.value.tenantId === tenant.id ? found : undefined;
}

/** The call with the records of all its attempts. */
export async function viewOf(
  { store, clock, queues }: Pick<Ports, 'store' | 'clock' | 'queues'>,
  tenant: Tenant,
  call: Call,
): Promise<v1.CallView> {
  const ids = call.history.map((attempt) => attempt.attemptId as AttemptId);
  if (call.state.status === 'dialing') ids.push(call.state.attemptId);
  const attempts = ids.length === 0 ? [] : await fromStorage(() => store.readAttempts(ids));
  const now = clock.now();
  const isDue = isPlanned(call.state) && call.state.dueAt <= now;
  // Only one sentence depends on it, so a failure is not worth a 503.
  const paused = isDue ? await queues.paused().catch(() => []) : [];
  return { call, attempts, tenant, now, isDialQueuePaused: paused.includes('dial') };
}
