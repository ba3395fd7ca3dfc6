import {
  type AttemptId,
  acceptCall,
  type Call,
  type CallId,
  type CallRequest,
  isPlanned,
  type Tenant,
} from '@redial/call';
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

type Completion = IdempotencyKey & { readonly reply: string };

/** The version of a call that has just been accepted. */
export const acceptedVersion = 1;

export interface Acceptor {
  /** The calls before they are written, for the reply that is kept with them. */
  prepare(candidates: readonly Candidate[]): Call[];
  /**
   * Resolves when the calls are durable. Rejects with StorageUnavailable: then no client may learn that they are
   * accepted. `taken`: the reserved reference belongs to other calls, which are as durable. `full`: `quotas.openCalls`
   * of their tenant (one tenant for all) does not allow all of them. In both cases nothing was written, queued or
   * counted.
   */
  commit(calls: readonly Call[], completion?: Completion, reservation?: ReferenceReservation): Promise<Accepted>;
  /**
   * Resolves when all earlier writes are as durable as required and `written` still exists. Rejects with
   * StorageUnavailable.
   */
  confirm(written?: WrittenRecord): Promise<void>;
  /** Resolves when the queue has accepted or refused the jobs of all accepted calls. */
  idle(): Promise<void>;
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

/**
 * Longer than a sync of Redis that happens every second. Together with a roll-back it ends before the sweeper finds the
 * calls.
 */
const confirmMs = 3_000;
/** From this many calls on, the answer does not wait for the queue. The next batch can be read meanwhile. */
const largeBatch = 100;
/** Much more time than Redis needs for a batch of records. */
const laterMs = 30_000;
/** Jobs are added early only while this many such batches of concurrent requests would still have room. */
const roomToSpare = 8;
/** Large batches whose jobs are still being added. One more waits, which limits memory. */
const addingMax = 2;

/**
 * The only way in which a request becomes a call.
 *
 * A1  The record is written first. From then on the call exists, even if this process or the queue fails. Only jobs of
 *     a large batch that is due later are added at the same time: a job without its record finds nothing to dial.
 * A2  The queue is only a clock. A call whose job could not be added is still accepted: the sweeper adds the job.
 * A3  A call is reported as accepted only once it is as durable as REDIAL_DURABILITY and REDIAL_REPLICAS require. A
 *     call that could not be confirmed in time, and that no repetition would find, is rolled back: the client repeats
 *     after a 503, and the phone must ring once.
 * A4  A tenant has no more open calls than `quotas.openCalls`, however many requests arrive at once, and the queue has
 *     no jobs beyond them.
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
    // The jobs are made while Redis writes the records: this saves a fifth of a large batch's time.
    const early = isEarly ? track(enqueue(calls)) : undefined;
    const accepted = await recorded;
    if (accepted.type === 'full') return accepted;
    // Taken calls are confirmed too: their first client may have got an error because this confirmation failed.
    const [first] = accepted.type === 'taken' ? accepted.by : calls.map(({ id }) => id);
    try {
      await confirm(first && { call: first, version: acceptedVersion });
    } catch (error) {
      // Redial draws references that must never have been used. A repetition draws another one.
      const isFoundByRepetition = completion !== undefined || reservation?.reserves === 'open_reference';
      if (accepted.type === 'accepted' && !isFoundByRepetition) await rollBack(ports, calls, acceptedVersion);
      throw error;
    }
    if (accepted.type === 'taken') return accepted;
    for (const [dialect, count] of countByDialect(calls)) metrics.callAccepted(dialect, count);
    const added = early ?? track(enqueue(calls));
    if (calls.length < largeBatch) await added;
    else while (adding.size > addingMax) await Promise.race(adding);
    return accepted;
  }

  /** Jobs whose records are refused would sleep until they are due. None may be added if there may be no room. */
  async function isSafeToQueueEarly(calls: readonly Call[], max: number | undefined): Promise<boolean> {
    const [first] = calls;
    if (first === undefined || calls.length < largeBatch || !calls.every(isDueLater)) return false;
    if (max === undefined) return true;
    const open = await fromStorage(() => store.countOpenCalls(first.tenantId));
    return open + roomToSpare * calls.length <= max;
  }

  /** Due long after its record has been written or refused. */
  function isDueLater({ state }: Call): boolean {
    return isPlanned(state) && state.dueAt > clock.now() + laterMs;
  }

  async function confirm(written?: WrittenRecord): Promise<void> {
    if (!(await fromStorage(() => store.confirmDurable(confirmMs, written)))) {
      throw new StorageUnavailable('Redis did not confirm that what was written is durable');
    }
  }

  async function enqueue(calls: readonly Call[]): Promise<void> {
    try {
      await queues.dial.add(calls.flatMap((call) => (isPlanned(call.state) ? [dialOrder(call, call.state)] : [])));
    } catch (error) {
      logger.warn({ error, calls: calls.length }, 'accepted calls could not be put on the queue: the sweeper will');
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
    idle: async () => {
      await Promise.all(adding);
    },
  };
}

function countByDialect(calls: readonly Call[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { dialect } of calls) counts.set(dialect, (counts.get(dialect) ?? 0) + 1);
  return counts;
}
