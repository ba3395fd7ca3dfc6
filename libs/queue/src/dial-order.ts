import { type AttemptId, type Call, destinationDigits, maskNumber } from '@redial/call';
import type { DialOrder } from './queues.ts';

interface Planned {
  readonly attemptId: AttemptId;
  readonly dueAt: number;
  /** The call is late: its job sleeps until then. */
  readonly nextGateCheckAt?: number;
}

/** A call's planned attempt → its `dial` job. The number is masked: the dashboard shows it. */
export function dialOrder(call: Call, planned: Planned): DialOrder {
  return {
    callId: call.id,
    attemptId: planned.attemptId,
    maskedDial2: maskNumber(destinationDigits(call.request.dial2)),
    dueAt: planned.nextGateCheckAt ?? planned.dueAt,
    priority: call.request.priority,
  };
}
