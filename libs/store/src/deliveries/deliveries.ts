import { isDeepStrictEqual } from 'node:util';
import type { Delivery } from '@redial/call';
import { readPage } from '../calls/read-page.ts';
import { commit, type Write } from '../records/commit.ts';
import { decodeDelivery, encodeDelivery } from '../records/documents.ts';
import { answerAt, readRecords } from '../records/read-records.ts';
import type { StoreContext } from '../store-context.ts';
import type { DeliveryStore } from './delivery-store.ts';

export function deliveriesOf(context: StoreContext): DeliveryStore {
  const { redis, keys } = context;

  async function read(ids: readonly string[]): Promise<Delivery[]> {
    const found = await readRecords(context, ids.map(keys.delivery), decodeDelivery);
    return found.filter((delivery) => delivery !== undefined);
  }

  async function undeliveredPage(...[before, limit, after]: Parameters<DeliveryStore['undeliveredPage']>) {
    const { entries, cursor } = await readPage(redis, keys.undelivered, { before, limit, after });
    const deliveries = await read(entries.map(({ member }) => member));
    return { deliveries, ...(cursor !== undefined && { cursor }) };
  }

  return {
    readDelivery: async (id) => {
      const key = keys.delivery(id);
      return decodeDelivery(key, await answerAt(key, redis.getBuffer(key)));
    },
    writeDelivery: async (delivery, before) => {
      const key = keys.delivery(delivery.id);
      const writeOver = async (stored: string | Buffer): Promise<boolean> =>
        (await commit(redis, keys, [{ kind: 'value', key, heldBy: stored }], writeDelivery(context, delivery))).ok;
      if (before === undefined) return writeOver('');
      if (await writeOver(encodeDelivery(before))) return true;
      // The stored delivery may be equal, with its fields in another order.
      const stored = await answerAt(key, redis.getBuffer(key));
      const isSame = stored !== null && isDeepStrictEqual(decodeDelivery(key, stored), before);
      return isSame && writeOver(stored);
    },
    undeliveredPage,
    countUndelivered: () => redis.zcard(keys.undelivered),
    listDead: async (tenantId, limit) => read(await redis.zrange(keys.dead(tenantId), '0', String(limit - 1), 'REV')),
  };
}

/**
 * The writes of a delivery and its indexes. A pending delivery does not expire. A delivered or dead one is kept as long
 * as an ended call. Dead letters that are older leave the tenant's index when the next one enters it. Pure.
 */
export function writeDelivery(
  { keys, retentionMs }: Pick<StoreContext, 'keys' | 'retentionMs'>,
  delivery: Delivery,
): Write[] {
  const { id, tenantId, status, createdAt } = delivery;
  const key = keys.delivery(id);
  const doc = encodeDelivery(delivery);
  if (status === 'pending') {
    return [
      ['SET', key, doc],
      ['ZADD', keys.undelivered, delivery.nextTryAt ?? createdAt, id],
      ['ZREM', keys.dead(tenantId), id],
    ];
  }
  const done: Write[] = [
    ['SET', key, doc, 'PX', retentionMs],
    ['ZREM', keys.undelivered, id],
  ];
  if (status === 'delivered') return [...done, ['ZREM', keys.dead(tenantId), id]];
  const diedAt = delivery.lastTryAt ?? createdAt;
  return [
    ...done,
    ['ZREMRANGEBYSCORE', keys.dead(tenantId), '-inf', diedAt - retentionMs],
    ['ZADD', keys.dead(tenantId), diedAt, id],
  ];
}
