import { formatInstant, type Tenant } from '@redial/call';
import { jsonReply, problem, readFields, v1 } from '@redial/dialects';
import type { Delivery } from '@redial/store';
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
export function resendDelivery(ports: HandlerPorts): Handler {
  const { store, queues, logger } = ports;
  const resend: Handler = async (request) => {
    const { tenant, id } = request;
    const found = idShape.test(id) ? await fromStorage(() => store.readDelivery(id)) : undefined;
    if (found?.tenantId !== tenant.id) return problem('delivery_not_found');
    if (found.status !== 'dead') {
      const detail = `The delivery is ${found.status}. Only one that is dead, given up, can be sent again.`;
      return problem('delivery_not_dead', { detail });
    }
    const again: Delivery = { ...found, status: 'pending', tries: 0 };
    // Somebody else sent it again, or it has arrived after all: decided anew. Each time somebody made progress.
    if (!(await fromStorage(() => store.writeDelivery(again, found)))) return resend(request);
    // Its job of old is kept as failed under the same id. If this fails, the sweeper does it.
    await queues.deliveries.restore({ deliveryId: id }).catch((err: unknown) => {
      logger.warn({ err, deliveryId: id }, 'a delivery could not be put back on the queue: the sweeper will');
    });
    return jsonReply(202, deliveryReply(again, tenant));
  };
  return resend;
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
