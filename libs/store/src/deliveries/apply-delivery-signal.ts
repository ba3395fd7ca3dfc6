import { type Delivery, type DeliverySignal, type DeliveryStep, stepDelivery } from '@redial/call';
import type { DeliveryStore } from './delivery-store.ts';

/** In each round another process has written the delivery. After so many rounds its record counts as unwritable. */
const roundsMax = 100;

/**
 * Steps a delivery and writes the result, compare-and-set. If another process has written the delivery since it was
 * read (`found`), the signal is applied to what that process wrote. Undefined: the delivery no longer exists.
 */
export async function applyDeliverySignal(
  store: Pick<DeliveryStore, 'readDelivery' | 'writeDelivery'>,
  found: Delivery,
  signal: DeliverySignal,
): Promise<DeliveryStep | undefined> {
  let delivery: Delivery | undefined = found;
  for (let round = 0; round < roundsMax; round++) {
    if (delivery === undefined) return undefined;
    const step: DeliveryStep = stepDelivery(delivery, signal);
    if (step.ignored || (await store.writeDelivery(step.delivery, delivery))) return step;
    delivery = await store.readDelivery(found.id);
  }
  throw new Error(`delivery ${found.id} changed ${roundsMax} times while ${signal.type} was written`);
}
