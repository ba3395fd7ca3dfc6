import { commit, type Write } from './commit.ts';
import { decodePlain, unlessMalformed } from './documents.ts';
import { readPage } from './read-page.ts';
import type { Delivery, Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

type Deliveries = Pick<Store, 'readDelivery' | 'writeDelivery' | 'undeliveredPage' | 'countUndelivered' | 'listDead'>;

export function deliveriesOf(context: StoreContext): Deliveries {
  const { redis, keys, onMalformed } = context;

  async function read(ids: readonly string[]): Promise<Delivery[]> {
    if (ids.length === 0) return [];
    const names = ids.map(keys.delivery);
    const found = await redis.mget(names);
    return names.flatMap(
      (name, i) => unlessMalformed(onMalformed, () => decodePlain<Delivery>(name, found[i] ?? null)) ?? [],
    );
  }

  async function undeliveredPage(...[before, limit, after]: Parameters<Store['undeliveredPage']>) {
    const { entries, cursor } = await readPage(redis, keys.undelivered, { before, limit, after });
    const deliveries = await read(entries.map(({ member }) => member));
    return { deliveries, ...(cursor !== undefined && { cursor }) };
  }

  return {
    readDelivery: async (id) => decodePlain<Delivery>(keys.delivery(id), await redis.get(keys.delivery(id))),
    writeDelivery: async (delivery) => {
      await commit(redis, keys, [], writeDelivery(context, delivery));
    },
    undeliveredPage,
    countUndelivered: () => redis.zcard(keys.undelivered),
    listDead: async (tenantId, limit) => read(await redis.zrange(keys.dead(tenantId), '0', String(limit - 1), 'REV')),
  };
}

/**
 * The writes of a delivery and its indexes. A pending one is kept until it is delivered or dead, and from then on as long as an
 * ended call; dead letters of a tenant that are older leave the index when the next one enters it. Pure.
 */
export function writeDelivery(
  { keys, retentionMs }: Pick<StoreContext, 'keys' | 'retentionMs'>,
  delivery: Delivery,
): Write[] {
  const { id, tenantId, status, createdAt } = delivery;
  const key = keys.delivery(id);
  const doc = JSON.stringify(delivery);
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
