import { type AttemptId, acceptCall, type Call, type CallId, type CallRequest, type Tenant } from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import { dialOrder, type Queues } from '@redial/queue';
import type {
  Accepted,
  CallStore,
  DurabilityPolicy,
  DurabilityStore,
  IdempotencyKey,
  ReferenceReservation,
  WrittenRecord,
} from '@redial/store';
import { fromStorage, StorageUnavailable } from '../storage/storage-unavailable.ts';
import { durabilityGuard } from './durability-guard.ts';
import { rollBack } from './roll-back.ts';

/** A request, understood and checked, on its way to become a call. */
export interface Candidate {
  readonly id: CallId;
  readonly attemptId: AttemptId;
  readonly tenantId: string;
  readonly dialect: string;
  readonly reference: string;
  readonly request: CallRequest;
}

export type Completion = IdempotencyKey & { readonly reply: string };

/** The version of a call that has just been accepted. */
export const acceptedVersion = 1;

export interface Acceptor {
  /** The calls as they will be: for the reply that is kept with them. Nothing is written yet. */
  prepare(candidates: readonly Candidate[]): Call[];
  /**
   * Resolves when the calls are durable. Rejects with StorageUnavailable, and then nobody may be told that they are accepted. `taken`: the
   * reserved reference belongs to other calls, which are as durable; nothing was written, queued or counted. `full`: their tenant, one for all
   * of them, has no room for all (`quotas.openCalls`); nothing was written.
   */
  commit(calls: readonly Call[], completion?: Completion, reservation?: ReferenceReservation): Promise<Accepted>;
  /** Resolves when everything written before is as durable as it must be, and `written` still there; rejects with StorageUnavailable. */
  confirm(written?: WrittenRecord): Promise<void>;
  /** Resolves when the queue has taken, or refused, everything that was accepted. */
  settled(): Promise<void>;
}

export interface AcceptPorts {
  readonly store: Pick<CallStore, 'acceptCalls' | 'countOpenCalls' | 'updateCall'> & DurabilityStore;
  readonly configuration: { readonly tenants: readonly Pick<Tenant, 'id' | 'quotas'>[] };
  readonly queues: { readonly dial: Pick<Queues['dial'], 'add'> };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly metrics: Pick<Metrics, 'callAccepted'>;
  readonly durability: DurabilityPolicy;
}

/** Longer than Redis needs for an fsync that it does every second; with what takes calls back it is over before the sweeper takes them up. */
const confirmMs = 3_000;
/** From this many calls on, the answer does not wait for the queue: the next batch can be read meanwhile. */
const largeBatch = 100;
/** What Redis may take for a batch of records, and much more. */
const laterMs = 30_000;
/** Room for this many such batches, of other requests just now, is left before jobs may be added without waiting for the records. */
const roomToSpare = 8;
/** Large batches whose jobs are still being added; one more waits. Bounds what is held in memory. */
const addingMax = 2;

/**
 * The one way by which a request becomes a call.
 *
 * A1  The record is written first: from then on the call exists, whatever becomes of this process and of the queue. Only jobs of a large
 *     batch that is due later are added at the same time: a job without its record finds nothing to dial.
 * A2  The queue is only a clock. A call whose job could not be added is accepted all the same: the sweeper adds it.
 * A3  Nothing is said to be accepted before it is as durable as REDIAL_DURABILITY and REDIAL_REPLICAS ask. What could not be made sure of
 *     in time, and no repetition would find, is taken back: whoever reads 503 sends it again, and nobody is to be rung for both.
 * A4  A tenant has no more open calls than `quotas.openCalls`, however many requests come at once, and the queue no jobs beyond them.
 */
export function createAcceptor(ports: AcceptPorts): Acceptor {
  const { store, queues, clock, logger, metrics, durability } = ports;
  const guard = durabilityGuard(durability, store, clock);
  const openCallsMax = new Map(ports.configuration.tenants.map(({ id, quotas }) => [id, quotas.openCalls]));
  const adding = new Set<Promise<void>>();

  async function commit(
    calls: readonly Call[],
    completion?: Completion,
    reservation?: ReferenceReservation,
  ): Promise<Accepted> {
    const fault = await fromStorage(() => guard.fault());
    if (fault !== undefined) throw new StorageUnavailable(fault);
    const max = openCallsMax.get(calls[0]?.tenantId ?? '');
    const isEarly = reservation === undefined && (await isSafeToQueueEarly(calls, max));
    const recorded = fromStorage(() => store.acceptCalls(calls, completion, reservation, max));
    // While Redis writes the records, the jobs are made ready: that alone is a fifth of a large batch's time.
    const early = isEarly ? track(enqueue(calls)) : undefined;
    const accepted = await recorded;
    if (accepted.type === 'full') return accepted;
    // Taken calls too: whoever brought them may have been told that this very confirmation failed.
    const [first] = accepted.type === 'taken' ? accepted.by : calls.map(({ id }) => id);
    try {
      await confirm(first && { call: first, version: acceptedVersion });
    } catch (error) {
      // A reference that nobody may ever have taken is one that Redial drew: a repetition brings another.
      const isFoundAgain = completion !== undefined || reservation?.reserves === 'open';
      if (accepted.type === 'accepted' && !isFoundAgain) await rollBack(ports, calls, acceptedVersion);
      throw error;
    }
    if (accepted.type === 'taken') return accepted;
    for (const [dialect, count] of countByDialect(calls)) metrics.callAccepted(dialect, count);
    const added = early ?? track(enqueue(calls));
    if (calls.length < largeBatch) await added;
    else while (adding.size > addingMax) await Promise.race(adding);
    return accepted;
  }

  /** Jobs whose records are refused would sleep until they are due: none may be added where there may be no room. */
  async function isSafeToQueueEarly(calls: readonly Call[], max: number | undefined): Promise<boolean> {
    const [first] = calls;
    if (first === undefined || calls.length < largeBatch || !calls.every(isDueLater)) return false;
    if (max === undefined) return true;
    const open = await fromStorage(() => store.countOpenCalls(first.tenantId));
    return open + roomToSpare * calls.length <= max;
  }

  /** Long after its record has been written, or refused. */
  function isDueLater({ state }: Call): boolean {
    return 'dueAt' in state && state.dueAt > clock.now() + laterMs;
  }

  async function confirm(written?: WrittenRecord): Promise<void> {
    if (!(await fromStorage(() => store.confirmDurable(confirmMs, written)))) {
      throw new StorageUnavailable('Redis did not confirm that what was written is durable');
    }
  }

  async function enqueue(calls: readonly Call[]): Promise<void> {
    try {
      await queues.dial.add(calls.flatMap((call) => ('dueAt' in call.state ? [dialOrder(call, call.state)] : [])));
    } catch (err) {
      logger.warn({ err, calls: calls.length }, 'accepted calls could not be put on the queue: the sweeper will');
    }
  }

  function track(work: Promise<void>): Promise<void> {
    adding.add(work);
    return work.finally(() => adding.delete(work));
  }

  return {
    prepare: (candidates) => {
      const at = clock.now();
      return candidates.map((candidate) => acceptCall({ ...candidate, at }).call);
    },
    commit,
    confirm,
    settled: async () => {
      await Promise.all(adding);
    },
  };
}

function countByDialect(calls: readonly Call[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { dialect } of calls) counts.set(dialect, (counts.get(dialect) ?? 0) + 1);
  return counts;
}
