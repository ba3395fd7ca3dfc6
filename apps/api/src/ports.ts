import type { Ids } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { Health } from '@redial/process';
import type { Queues } from '@redial/queue';
import type {
  AttemptStore,
  CallChangedHints,
  CallStore,
  CancelStore,
  DeliveryStore,
  DurabilityPolicy,
  DurabilityStore,
  IdempotencyStore,
  LinkStatusStore,
  StoreHealth,
} from '@redial/store';
import type { QueryPbx } from './pbx/query-pbxs.ts';
import type { OutcomeWaiter } from './waiting/outcome-waiter.ts';

/** Exactly what the API needs of the store. */
type ApiStore = Pick<
  CallStore,
  'acceptCalls' | 'countOpenCalls' | 'openHolders' | 'readCall' | 'listCalls' | 'updateCall'
> &
  IdempotencyStore &
  CallChangedHints &
  Pick<AttemptStore, 'readAttempt' | 'readAttempts' | 'readCdr'> &
  Pick<CancelStore, 'announceCancel'> &
  Pick<DeliveryStore, 'readDelivery' | 'writeDelivery' | 'listDead'> &
  DurabilityStore &
  Pick<LinkStatusStore, 'linkStatuses'> &
  Pick<StoreHealth, 'checkWritable'>;

/** Everything the API needs. Tests pass their own. */
export interface Ports {
  readonly store: ApiStore;
  readonly queues: Queues;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `/readyz`: everything that a call needs to be dialled. */
  readonly health: Health;
  /** `/readyz/accepting`: what a call needs to be accepted. */
  readonly acceptingHealth: Health;
  readonly durability: DurabilityPolicy;
  readonly queryPbx: QueryPbx;
  readonly waiter: OutcomeWaiter;
  /** Requests that may wait for an outcome at once. */
  readonly waitingMax: number;
  /** For one address of a client. */
  readonly failedLoginsPerMinute: number;
  /** Right logins from these addresses are accepted, even after many failures. */
  readonly loginSources: readonly string[];
  /** Runs one Redis command, for the rate limits. */
  readonly redisCommand: (...words: string[]) => Promise<unknown>;
  readonly keyPrefix: string;
  /** Draws one. The list must not be empty. */
  readonly pick: (from: readonly string[]) => string;
  /** The dashboard's login; absent: no dashboard. */
  readonly admin?: { readonly user: string; readonly password: string } | undefined;
  readonly metricsToken?: string | undefined;
}
