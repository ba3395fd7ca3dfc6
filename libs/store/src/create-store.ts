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
import { linkStatusesOf } from './link-statuses.ts';
import { permitsOf } from './permits/permits.ts';
import { acquireLeaseScript } from './scripts/acquire-lease.ts';
import { releaseLeaseScript } from './scripts/release-lease.ts';
import { runScript } from './scripts/script.ts';
import type { Store } from './store.ts';
import type { StoreContext } from './store-context.ts';
import { subscriptionsOf } from './subscriptions.ts';

export interface StoreOptions {
  /** A connection of role `store`. */
  readonly redis: Redis;
  /** A connection of role `subscriber`; needed by `onCancel` and `onCallChanged` alone. */
  readonly subscriber?: Redis;
  /** Holds the hash tag that all keys share; the same for every process of an installation. Default `{redial}`. */
  readonly prefix?: string;
  /** How long an ended call, its attempts, CDRs and deliveries are kept. Default 90 days. */
  readonly retentionSeconds?: number;
  /** How long a repetition of an idempotency key is answered with the first reply. Default 24 hours. */
  readonly idempotencySeconds?: number;
  /** After how long a first use that was neither completed nor abandoned is forgotten. Default 60 s. */
  readonly idempotencyInFlightSeconds?: number;
  /** What `confirmDurable` waits for. Default: the disk, and no replica. */
  readonly durability?: DurabilityPolicy;
  /**
   * A read of many records met a damaged one, left it out and goes on. Told at every such read: log a key once. The key holds ids
   * alone. Reads of a single record throw `MalformedRecord` instead.
   */
  readonly onMalformed?: (key: string) => void;
}

/** Call records in Redis. `close` closes the connections it was given. */
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
    acquireLease: async (name, instanceId, leaseMs) =>
      (await runScript(redis, acquireLeaseScript, [keys.lease(name)], [instanceId, leaseMs])) === 1,
    releaseLease: async (name, instanceId) => {
      await runScript(redis, releaseLeaseScript, [keys.lease(name)], [instanceId]);
    },
    ping: () => checkAnswering(redis),
    checkWritable: () => checkWritable(redis, keys.fsyncMark),
    close: async () => {
      await closeDurability();
      await Promise.all([closeRedis(redis), ...(subscriber ? [closeRedis(subscriber)] : [])]);
    },
  };
}
