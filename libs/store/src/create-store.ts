import { closeRedis, type Redis } from '@redial/platform';
import { attemptsOf } from './attempts/attempts.ts';
import { cancelChannelOf } from './attempts/cancel-channel.ts';
import { callChangedChannelOf } from './calls/call-changed-channel.ts';
import { callsOf } from './calls/calls.ts';
import { idempotencyOf } from './calls/idempotency.ts';
import { deliveriesOf } from './deliveries/deliveries.ts';
import { durabilityOf } from './durability/durability.ts';
import type { DurabilityPolicy } from './durability/durability-policy.ts';
import { checkAnswering, checkWritable } from './durability/writable.ts';
import { storeKeys } from './keys.ts';
import { leasesOf } from './leases/leases.ts';
import { linkStatusesOf } from './link-statuses/link-statuses.ts';
import { permitsOf } from './permits/permits.ts';
import type { Store } from './store.ts';
import type { StoreContext } from './store-context.ts';
import { subscriptionsOf } from './subscriptions.ts';

export interface StoreOptions {
  /** A connection of role `store`. */
  readonly redis: Redis;
  /** A connection of role `subscriber`. Only `onCancel` and `onCallChanged` need it. */
  readonly subscriber?: Redis;
  /** Contains the hash tag that all keys share. Every process of an installation has the same. Default `{redial}`. */
  readonly prefix?: string;
  /** How long an ended call, its attempts, CDRs and deliveries are kept. Default 90 days. */
  readonly retentionSeconds?: number;
  /** How long a repeated request gets the first reply, by its idempotency key. Default 24 hours. */
  readonly idempotencySeconds?: number;
  /** How long a key lasts that was neither completed nor abandoned. Default 60 s. */
  readonly idempotencyInFlightSeconds?: number;
  /** What `confirmDurable` waits for. Default: the disk, no replica. */
  readonly durability?: DurabilityPolicy;
  /**
   * Called with the key of a damaged record that a read of many records leaves out, at every such read. A key holds ids
   * and no number. A read of a single record throws `MalformedRecord` instead.
   */
  readonly onMalformed?: (key: string) => void;
}

/** The store on Redis. `close` closes the connections in `options`. */
export function createStore(options: StoreOptions): Store {
  const { redis, subscriber, prefix = '{redial}' } = options;
  const keys = storeKeys(prefix);
  const context: StoreContext = {
    redis,
    keys,
    retentionMs: (options.retentionSeconds ?? 90 * 86_400) * 1_000,
    idempotencyMs: (options.idempotencySeconds ?? 86_400) * 1_000,
    idempotencyInFlightMs: (options.idempotencyInFlightSeconds ?? 60) * 1_000,
    onMalformed: options.onMalformed ?? (() => undefined),
  };
  const subscriptions = subscriptionsOf(subscriber);
  const { close: closeDurability, ...durability } = durabilityOf(context, options.durability);

  return {
    ...callsOf(context),
    ...attemptsOf(context),
    ...permitsOf(context),
    ...deliveriesOf(context),
    ...linkStatusesOf(context),
    ...idempotencyOf(context),
    ...cancelChannelOf(context, subscriptions),
    ...callChangedChannelOf(keys, subscriptions),
    ...durability,
    ...leasesOf(context),
    ping: () => checkAnswering(redis),
    checkWritable: () => checkWritable(redis, keys.fsyncMark),
    close: async () => {
      await closeDurability();
      await Promise.all([closeRedis(redis), ...(subscriber ? [closeRedis(subscriber)] : [])]);
    },
  };
}
