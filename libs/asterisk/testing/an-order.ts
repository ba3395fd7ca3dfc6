import type { AttemptId } from '@redial/call';
import type { OriginateOrder } from '../src/pbx.ts';

/** A valid order, with the changes of a test. */
export function anOrder(more: Partial<OriginateOrder> = {}): OriginateOrder {
  return {
    attemptId: 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId,
    slot: 7,
    dial1Channel: 'PJSIP/1001',
    dial2Channel: 'PJSIP/27820001234@carrier',
    dial1RingTimeoutMs: 20_000,
    dial2RingTimeoutMs: 30_000,
    talkLimitMs: 3_600_000,
    variables: {},
    headers: { dial1: {}, dial2: {} },
    ...more,
  };
}
