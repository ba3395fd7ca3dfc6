import type { Delivery } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { resendDelivery } from './deliveries.ts';
import type { ApiRequest, HandlerPorts } from './handler.ts';

const attemptId = 'att_01HZZZZZZZZZZZZZZZZZ000001' as const;
const dead: Delivery = {
  id: `${attemptId}.crm`,
  tenantId: 'acme',
  callId: 'call_01HZZZZZZZZZZZZZZZZZ000001' as Delivery['callId'],
  attemptId: attemptId as Delivery['attemptId'],
  sink: 'crm',
  status: 'dead',
  createdAt: Date.parse('2026-03-02T09:00:00+02:00'),
  tries: 10,
  lastError: 'HTTP 500',
};

/**
 * `meanwhile`: what other processes write to the delivery between this request's read and write, one after the other.
 */
async function resend(...meanwhile: (Delivery | undefined)[]) {
  let kept: Delivery | undefined = dead;
  const jobs: string[] = [];
  const ports = {
    store: {
      readDelivery: async () => kept,
      writeDelivery: async (delivery: Delivery, before?: Delivery) => {
        if (meanwhile.length > 0) kept = meanwhile.shift();
        if (JSON.stringify(kept) !== JSON.stringify(before)) return false;
        kept = delivery;
        return true;
      },
    },
    queues: { deliveries: { restore: async ({ deliveryId }: { deliveryId: string }) => jobs.push(deliveryId) } },
  } as unknown as HandlerPorts;
  const request = { id: dead.id, tenant: { id: 'acme', timeZone: 'UTC' } } as unknown as ApiRequest;
  const answer = await resendDelivery(ports)(request);
  return { answer, jobs, kept: () => kept };
}

describe('given a dead delivery that is to be sent again', () => {
  it('when no other process changes it, then it is pending, from the start of its schedule', async () => {
    const { answer, jobs, kept } = await resend();
    expect(answer).toMatchObject({ status: 202 });
    expect([jobs, kept()]).toEqual([[dead.id], { ...dead, status: 'pending', tries: 0 }]);
  });

  it.each(['pending', 'delivered'] as const)(
    'when it becomes %s between reading and writing, then that state stays, and the answer states it',
    async (status) => {
      const other: Delivery = { ...dead, status, tries: 1 };
      const { answer, jobs, kept } = await resend(other);
      const detail = `The delivery is ${status}. Only one that is dead, given up, can be sent again.`;
      expect(answer).toMatchObject({ code: 'delivery_not_dead', detail });
      expect([jobs, kept()]).toEqual([[], other]);
    },
  );

  it('when it was sent again and is dead once more meanwhile, then it is sent again from that state', async () => {
    const other: Delivery = { ...dead, lastError: 'HTTP 410' };
    const { answer, kept } = await resend(other);
    expect(answer).toMatchObject({ status: 202 });
    expect(kept()).toEqual({ ...other, status: 'pending', tries: 0 });
  });

  it('when its retention ends meanwhile, then it is not found', async () => {
    const { answer, kept } = await resend(undefined);
    expect(answer).toMatchObject({ code: 'delivery_not_found' });
    expect(kept()).toBeUndefined();
  });
});
