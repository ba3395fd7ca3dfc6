import { type Delivery, formatInstant, type Tenant } from '@redial/call';
import { jsonReply, problem, readFields, v1 } from '@redial/dialects';
import { applyDeliverySignal } from '@redial/store';
import { fromStorage } from '../storage/storage-unavailable.ts';
import type { Handler, HandlerPorts } from './handler.ts';

const limitDefault = 50;

/** GET /v1/deliveries?state=dead */
export function listDeliveries({ store }: HandlerPorts): Handler {
  return async ({ tenant, query }) => {
    const { values, errors } = readFields(v1.ListDeliveries, query);
    if (errors.length > 0) {
      const named = errors.map(({ field, message }) => ({ field: field.slice(1), message }));
      return problem('invalid_request', { detail: 'At least one parameter is wrong.', errors: named });
    }
    const dead = await fromStorage(() => store.listDead(tenant.id, values.limit ?? limitDefault));
    return jsonReply(200, { deliveries: dead.map((delivery) => deliveryReply(delivery, tenant)) });
  };
}

/** POST /v1/deliveries/{id}/resend */
export function resendDelivery({ store, queues, logger }: HandlerPorts): Handler {
  return async ({ tenant, id }) => {
    const found = idShape.test(id) ? await fromStorage(() => store.readDelivery(id)) : undefined;
    if (found?.tenantId !== tenant.id) return problem('delivery_not_found');
    const step = await fromStorage(() => applyDeliverySignal(store, found, { type: 'resend' }));
    if (step === undefined) return problem('delivery_not_found');
    const { delivery, effects, ignored } = step;
    if (ignored) {
      const detail = `The delivery is ${delivery.status}. Only one that is dead, given up, can be sent again.`;
      return problem('delivery_not_dead', { detail });
    }
    for (const effect of effects) if (effect.type === 'enqueue') await enqueue({ queues, logger }, id);
    return jsonReply(202, deliveryReply(delivery, tenant));
  };
}

/** The queue keeps the job of a dead delivery as failed; this starts it again. */
async function enqueue({ queues, logger }: Pick<HandlerPorts, 'queues' | 'logger'>, deliveryId: string): Promise<void> {
  await queues.deliveries.restore({ deliveryId }).catch((error: unknown) => {
    logger.warn({ error, deliveryId }, 'the job of a delivery was not put on the queue; the sweeper tries again');
  });
}

/** `<attempt id>.<sink name>`. */
const idShape = /^att_[0-9A-HJKMNP-TV-Z]{26}\.[a-z][a-z0-9_-]{0,39}$/;

function deliveryReply(
  { id, callId, attemptId, sink, status, createdAt, tries, lastTryAt, lastError }: Delivery,
  tenant: Tenant,
): v1.DeliveryReply {
  return {
    id,
    callId,
    attemptId,
    sink,
    state: status,
    createdAt: formatInstant(createdAt, tenant.timeZone),
    tries,
    lastTryAt: lastTryAt === undefined ? null : formatInstant(lastTryAt, tenant.timeZone),
    lastError: lastError ?? null,
  };
}
