import type { AttemptId, CallId, CallStatus } from '@redial/call';
import { shortHash } from '@redial/platform';
import type { IdempotencyKey } from './calls/idempotency-store.ts';
import type { ReferenceName } from './calls/reference-reservation.ts';

/**
 * The name of every key the store uses. All hold the prefix's hash tag and so lie on one node of a Redis Cluster.
 * Without that, no write over several keys would be atomic there. A second shard is a second prefix. The queues have
 * the same prefix, as `<prefix>:dial:…`, `<prefix>:results:…` and `<prefix>:deliveries:…`: no key here may use one of
 * these words.
 *
 * Types: call, cdr, delivery, reservation, lease: string · attempt, idempotency, pace, grant, today, link-statuses:
 * hash · slots: a counter · pbxs-with-open: a set · the rest: sorted sets. No key holds a phone number;
 * `calls-by-reference` and `ended` alone hold a reference.
 */
export function storeKeys(prefix: string) {
  if (!/\{[^{}]+\}/.test(prefix))
    throw new RangeError(`the store's prefix needs a hash tag like {redial}, it is ${prefix}`);
  const key = (name: string): string => `${prefix}:${name}`;
  return {
    call: (id: CallId) => key(`call:${id}`),
    attempt: (id: AttemptId) => key(`attempt:${id}`),
    cdr: (id: string) => key(`cdr:${id}`),
    delivery: (id: string) => key(`delivery:${id}`),

    /** Planned attempts: call ids by dueAt. */
    due: key('due'),
    /** Ended calls by the instant at which they are forgotten. call-index.ts describes the members. */
    ended: key('ended'),
    /** Claimed and not settled: attempt ids by originatedAt. */
    open: (pbx: string) => key(`open:${pbx}`),
    /** Names of PBXs that have, or lately had, open attempts. */
    pbxsWithOpen: key('pbxs-with-open'),
    /** Attempts under way that are to be hung up: attempt ids by cancelRequestedAt. */
    cancelRequested: key('cancel-requested'),
    callsByTime: (tenantId: string) => key(`calls:${tenantId}`),
    callsByStatus: (tenantId: string, status: CallStatus | '') => key(`calls-by-status:${tenantId}:${status}`),
    callsByReference: (tenantId: string) => key(`calls-by-reference:${tenantId}`),

    /** Permits held: `<attempt>#<n>` by the end of the lease. */
    permits: (limit: string) => key(`permits:${limit}`),
    /** Calls that wait at a full limit without a pace: call ids by their order. */
    waiting: (limit: string) => key(`waiting:${limit}`),
    pace: (limit: string) => key(`pace:${limit}`),
    grant: (id: AttemptId) => key(`grant:${id}`),
    slots: (pbx: string) => key(`slots:${pbx}`),
    /**
     * Journal slots in use, by the end of the lease. The slot of a claimed attempt has no end until the attempt is
     * settled.
     */
    slotsInUse: (pbx: string) => key(`slots-in-use:${pbx}`),
    /** Attempts of one day: a hash of the number → how many. */
    today: (tenantId: string, day: string) => key(`today:${tenantId}:${day}`),

    /** The calls that took a reference, by its `reservationMember`. */
    reservation: (member: string) => key(`reservation:${member}`),
    /** Members of all reservations, by the instant of their next check. */
    reservations: key('reservations'),

    /** A client's own key may hold any text and be long, so it is hashed. */
    idempotency: ({ tenantId, key: own }: Pick<IdempotencyKey, 'tenantId' | 'key'>) =>
      key(`idempotency:${tenantId}:${shortHash(own)}`),

    /** Pending deliveries by nextTryAt, or by createdAt where no try is set. */
    undelivered: key('undelivered'),
    /** Dead letters by the instant they died. */
    dead: (tenantId: string) => key(`dead:${tenantId}`),

    /** The processes' reports of their links to the PBXs. */
    linkStatuses: key('link-statuses'),
    lease: (name: string) => key(`lease:${name}`),
    /** The mark of a durability round: see durability.ts. */
    fsyncMark: key('fsync-mark'),
    /** Pub/sub channels. */
    cancelChannel: key('cancel'),
    callChangedChannel: key('call-changed'),
  };
}

/** Names a reference of a tenant in one dialect, without showing it. */
export function reservationMember({ tenantId, dialect, reference }: ReferenceName): string {
  return `${tenantId}:${dialect}:${shortHash(reference)}`;
}

export type StoreKeys = ReturnType<typeof storeKeys>;
