import type { AttemptId, AttemptRecord, Call, CallId, CallStatus, Cdr } from '@redial/call';

/** A record with the version under which it was read; a write names that version and loses quietly if it is not the newest. */
export interface Versioned<T> {
  readonly value: T;
  readonly version: number;
}

export type Written =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly why: 'conflict' };

export type Claimed =
  | { readonly ok: true; readonly version: number }
  /** `cap`: call and attempt are as they were read, but one of the numbers has had its attempts of the day. */
  | { readonly ok: false; readonly why: 'conflict' | 'cap' };

/** Whose attempts of which day this attempt counts among, and how many there may be. */
export interface DayCap {
  readonly tenantId: string;
  /** The tenant's own day, such as `2026-03-29`. */
  readonly day: string;
  /** E.164. A number that is named twice counts once: it is one attempt. Kept as hashes only. */
  readonly numbers: readonly string[];
  /** Most attempts towards each of the numbers on that day. Without it they are counted and nothing is refused. */
  readonly max?: number;
  /** Most attempts of the tenant on that day, towards whomever. */
  readonly tenantMax?: number;
  /** Seconds of talk from which on the tenant begins no more attempts on that day. */
  readonly talkSecondsMax?: number;
}

/** What `attemptsToday` tells in a number's place: the tenant's own attempts of the day, and its seconds of talk. No E.164 number is one of them. */
export const tenantCounts = { attempts: '*attempts', talkSeconds: '*talk' } as const;

/** One CDR on its way to one sink. Its id is `<attemptId>.<sink name>`. */
export interface Delivery {
  readonly id: string;
  readonly tenantId: string;
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  readonly sink: string;
  /** The id of the delivery, of the attempt before and to the same sink, that goes first; absent where the order does not matter. */
  readonly follows?: string;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly createdAt: number;
  readonly tries: number;
  readonly lastTryAt?: number;
  /** While pending: when whoever tries it has promised to try again. Until then nobody needs to look after it. */
  readonly nextTryAt?: number;
  /** What the last try met: an HTTP status or the kind of failure; never a body or an address. */
  readonly lastError?: string;
}

/**
 * Where a page of an index ended: behind the `seen`-th entry of the instant `at`. Entries of that very instant that left the index in
 * the meantime move the others up, so a few of them may be passed over: whoever must see all begins again.
 */
export interface PageCursor {
  readonly at: number;
  readonly seen: number;
}

export type AttemptProgress = 'ringing' | 'answered' | 'dial2_created';

/** Permits on a limit: how many calls may be under way, how many may start in a second. A call may need a limit twice. */
export interface LimitRequest {
  readonly limit: string;
  readonly permits: number;
  readonly maxCalls: number;
  /** Absent: it has no pace. Who is refused by such a limit waits at it, and is found by `nextWaiting` once a permit is free. */
  readonly maxCallsPerSecond?: number;
}

export type Permits =
  /** The permits are held until `releasePermits`, or until the lease runs out, which `claim` prolongs. Originate no earlier than `startAt`. */
  | { readonly granted: true; readonly startAt: number; readonly slot: number }
  | { readonly granted: false; readonly limit: string; readonly reason: 'calls' | 'rate'; readonly retryAt: number };

export type IdempotencyAnswer =
  /** Nobody used this key: go on, and complete it by `acceptCalls` or give it back by `abandonIdempotency`. */
  | { readonly type: 'first' }
  | { readonly type: 'replay'; readonly reply: string }
  | { readonly type: 'in_flight' }
  /** The key was used with another body. */
  | { readonly type: 'mismatch' };

export interface IdempotencyKey {
  readonly tenantId: string;
  readonly key: string;
  /** A hash of the request's body. */
  readonly fingerprint: string;
}

/** A reference, and whose it is. */
export interface ReferenceName {
  readonly tenantId: string;
  readonly dialect: string;
  readonly reference: string;
}

/**
 * A reference that all calls of one request take together. `open`: nobody may take it while one of the calls that took it before has
 * not ended. `ever`: nobody may have taken it, as long as its calls are remembered (until the retention is over).
 */
export interface ReferenceReservation extends ReferenceName {
  readonly reserves: 'open' | 'ever';
}

export type Accepted =
  | { readonly type: 'accepted' }
  /** The reference belongs to these calls. Nothing was written. */
  | { readonly type: 'taken'; readonly by: readonly CallId[] }
  /** The tenant has no room for all of these calls: for `room` of them at that instant. Nothing was written. */
  | { readonly type: 'full'; readonly room: number };

export interface CallQuery {
  readonly tenantId: string;
  readonly reference?: string;
  readonly status?: CallStatus;
  /** Accepted at or after, and before (epoch ms). */
  readonly from?: number;
  readonly to?: number;
  readonly cursor?: string;
  readonly limit: number;
}

/** What a process that holds a link to a PBX says of it. */
export interface LinkStatus {
  readonly pbx: string;
  /** `dialer`: without one nothing is dialled. `results`: without one nothing is settled. */
  readonly process: 'dialer' | 'results';
  readonly up: boolean;
  /** Epoch ms. */
  readonly at: number;
}

/** What Redis promises about writes it has acknowledged. `unknown`: CONFIG GET is refused. */
export interface Durability {
  readonly appendonly: boolean;
  readonly appendfsync: 'always' | 'everysec' | 'no' | 'unknown';
  /** `yes`: while Redis rewrites its file it syncs nothing, under `appendfsync always` neither. */
  readonly noAppendfsyncOnRewrite: 'yes' | 'no' | 'unknown';
  readonly maxmemoryPolicy: string;
  readonly redisVersion: string;
  /** Connected, and heard of within the last ten seconds. */
  readonly replicas: number;
}

/**
 * A write that was acknowledged, by something that shows it. What one step wrote is there together or not at all: one record stands for
 * all of a batch, and an answered key for the calls that were accepted under it.
 */
export type WrittenRecord =
  /** At this version or a later one. */
  | { readonly call: CallId; readonly version: number }
  /** By this very claim, and not ended since: what Redis has forgotten somebody else may have claimed meanwhile. */
  | { readonly attempt: AttemptId; readonly claimedBy: string | undefined }
  | { readonly answered: Pick<IdempotencyKey, 'tenantId' | 'key'> }
  /** Of this very settling (`createdAt`), delivered or not: what Redis has forgotten may have been settled otherwise meanwhile. */
  | { readonly delivery: string; readonly createdAt: number };

/**
 * Call records in Redis: the source of truth. The queue is only a clock, and what it loses is put back from here.
 * All keys share one hash tag, so that every write below is atomic, on Redis Cluster too.
 */
export interface Store {
  /**
   * Writes the calls (at most `acceptCallsMax`), completes the idempotency key and takes the reference, all or nothing. `reply` is what
   * a repetition will be answered. Throws `IdempotencyLost`, and writes nothing, if the key was answered by somebody else meanwhile.
   * `openCallsMax`: most open calls that their tenant (one for all of them) may have with them, however many are accepted at once.
   */
  acceptCalls(
    calls: readonly Call[],
    idempotency?: IdempotencyKey & { readonly reply: string },
    reservation?: ReferenceReservation,
    openCallsMax?: number,
  ): Promise<Accepted>;
  /** The calls that took the reference, all of them, while one has not ended; else none. */
  openHolders(reference: ReferenceName): Promise<readonly CallId[]>;
  /** The tenant's calls that are accepted and have not ended. */
  countOpenCalls(tenantId: string): Promise<number>;
  beginIdempotency(key: IdempotencyKey): Promise<IdempotencyAnswer>;
  abandonIdempotency(key: IdempotencyKey): Promise<void>;

  readCall(id: CallId): Promise<Versioned<Call> | undefined>;
  readAttempt(id: AttemptId): Promise<Versioned<AttemptRecord> | undefined>;
  /** Both, in one round trip. */
  readForAttempt(
    callId: CallId,
    attemptId: AttemptId,
  ): Promise<{ readonly call?: Versioned<Call>; readonly attempt?: Versioned<AttemptRecord> }>;
  /** Those that are there. A damaged one is left out (`StoreOptions.onMalformed`). */
  readAttempts(ids: readonly AttemptId[]): Promise<AttemptRecord[]>;
  readCdr(id: AttemptId): Promise<Cdr | undefined>;
  /**
   * Newest first. A cursor comes back while there may be more: a page may hold fewer than `limit` calls and still have one.
   * Throws RangeError for a cursor that is none (`isCallCursor`). A damaged record is left out (`StoreOptions.onMalformed`).
   */
  listCalls(query: CallQuery): Promise<{ readonly calls: Versioned<Call>[]; readonly cursor?: string }>;

  /** Compare-and-set, indexes included. */
  updateCall(before: Versioned<Call>, after: Call): Promise<Written>;

  /**
   * Takes permits on all limits, or on none. `horizonMs`: how far ahead of `now` a start may be granted. Asked again for the same
   * attempt before that start is over, it answers the same and takes nothing more; a refused one that asks before its time is told the same time, so asking one
   * PBX after another costs its place among those who wait for a shared trunk nothing. Name each limit once.
   *
   * The slot is one that no open attempt of the PBX holds. An attempt that was ever claimed is refused (`calls`, at once) and takes
   * nothing: whoever asks for it has read an old record, and the claim, or any write of the call, will say so.
   */
  acquirePermits(request: {
    readonly attemptId: AttemptId;
    readonly pbx: string;
    readonly limits: readonly LimitRequest[];
    readonly now: number;
    readonly leaseMs: number;
    readonly horizonMs: number;
    /** Who waits at a full limit without a pace, and in which order: the least is the first. Absent: nobody. */
    readonly waiter?: { readonly callId: CallId; readonly order: number };
  }): Promise<Permits>;
  /**
   * The call that has waited first at a limit, taken off the limit's list: a permit is free there. It may be over or dialled by now, and whoever is
   * not found here asks again by itself.
   */
  nextWaiting(limit: string): Promise<CallId | undefined>;
  /** Gives permits and slot back; while the attempt is claimed and has not ended only those that its record does not name: `settle` does the rest. */
  releasePermits(attemptId: AttemptId, limits: readonly string[]): Promise<void>;
  /**
   * Gives back the permits of one leg of an attempt that is under way: its last channel has ended, and the other leg goes on. As often as one
   * likes; does nothing once the attempt has ended, for another claim than the record's, and for a record without `legLimits`.
   */
  releaseLeg(attempt: Pick<AttemptRecord, 'id' | 'legLimits' | 'claimedBy'>, leg: 'dial1' | 'dial2'): Promise<void>;
  /** The permits that it still has are its own until then at least: it outlasts its limits, and was seen to live. */
  extendPermits(attempt: Pick<AttemptRecord, 'id' | 'limits' | 'claimedBy'>, until: number): Promise<void>;
  /** Permits held now, by limit. */
  permitsHeld(limits: readonly string[], now: number): Promise<Record<string, number>>;

  /** Rejects with a sentence where Redis holds something else than permits, and so no call that needs them is dialled. */
  checkPermits(limits: readonly string[], pbxs: readonly string[]): Promise<void>;

  /**
   * The claim: the call becomes `dialing`, the attempt record comes to be and, with a `cap`, the attempt is counted towards each number
   * of the day, and the permits that it has are its own for as long as it can be alive; or nothing is written. After `ok` the caller, and nobody else ever, may originate this attempt. The version that
   * comes back is the call's; the attempt's is 1. However many dialers claim at once, no number has more than `cap.max` attempts.
   */
  claim(before: Versioned<Call>, after: Call, attempt: AttemptRecord, cap?: DayCap): Promise<Claimed>;
  /** Attempts made on a day (the tenant's own, such as `2026-03-29`) towards each number, as `claim` counted them. */
  attemptsToday(tenantId: string, day: string, numbers: readonly string[]): Promise<number[]>;
  /**
   * Best effort; does nothing once the attempt has ended. `uniqueId`: of dial2's channel, and what `dial2_created` notes. An `awaited`
   * attempt's answer and its dial2 are hints, each told once, whoever records it.
   */
  recordProgress(id: AttemptId, phase: AttemptProgress, at: number, uniqueId?: string): Promise<void>;
  /** Claimed and not yet settled. */
  openAttempts(pbx: string): Promise<AttemptId[]>;
  /** The PBXs that have open attempts, configured (still) or not. In no order. */
  pbxsWithOpenAttempts(): Promise<string[]>;

  /**
   * Ends the attempt and moves its call, writes the CDR and its deliveries, gives the permits back: all or nothing. The version that
   * comes back is the call's.
   */
  settle(write: {
    readonly call: { readonly before: Versioned<Call>; readonly after: Call };
    readonly attempt: { readonly before: Versioned<AttemptRecord>; readonly after: AttemptRecord };
    readonly cdr: Cdr;
    readonly deliveries: readonly Delivery[];
    /** What the attempt was counted towards (`countedOn`) and counts no more: numbers whose phones did not ring, and one of `tenantCounts`. */
    readonly uncounted?: readonly string[];
  }): Promise<Written>;

  /** Calls whose attempt was due before `before` and is still only planned; oldest first. A cursor comes back while there may be more. */
  overduePage(
    before: number,
    limit: number,
    cursor?: PageCursor,
  ): Promise<{
    readonly calls: readonly { readonly id: CallId; readonly dueAt: number }[];
    readonly cursor?: PageCursor;
  }>;
  countOverdue(before: number): Promise<number>;
  /**
   * Takes calls out of the indexes that ended longer ago than the retention, and lets go of the references they took; their records
   * expire by themselves. For the sweeper: looks at no more than `limit` of each, and resolves to how many those were of the one of which
   * there were more; `limit`: there may be more.
   */
  forgetEnded(now: number, limit: number): Promise<number>;

  readDelivery(id: string): Promise<Delivery | undefined>;
  /**
   * `before`: as it was read; absent: it does not exist yet. False: it is something else by now, and nothing was written. Compared as it
   * stands, not by a version: a process of an earlier version writes without looking, and would count none.
   */
  writeDelivery(delivery: Delivery, before?: Delivery): Promise<boolean>;
  /**
   * Pending, and due before `before`: to be tried again then (`nextTryAt`), or, where nobody promised to, created then. The longest
   * due first. A cursor comes back while there may be more: a damaged record is left out (`StoreOptions.onMalformed`), so that a page may
   * hold fewer than `limit` and still have one.
   */
  undeliveredPage(
    before: number,
    limit: number,
    cursor?: PageCursor,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly cursor?: PageCursor }>;
  countUndelivered(): Promise<number>;
  /** The last to die first. */
  listDead(tenantId: string, limit: number): Promise<Delivery[]>;

  /**
   * Tells every process that watches the PBX that this attempt is to be hung up. At most once, and lost to whoever is not listening
   * just then: the record is what counts, see `cancelRequested`.
   */
  announceCancel(pbx: string, attemptId: AttemptId): Promise<void>;
  /** Attempts under way whose call is to be canceled (`cancelRequestedAt`); the longest ago first. Kept in step with the calls. */
  cancelRequested(): Promise<AttemptId[]>;
  /**
   * Resolves once it listens; what comes back stops it, at once and with or without Redis. `onSubscribed` is called then, and each time after the connection was lost and listens again: what was
   * announced meanwhile was not heard, and is to be found by `cancelRequested`.
   */
  onCancel(listener: (pbx: string, attemptId: AttemptId) => void, onSubscribed?: () => void): Promise<() => void>;

  /**
   * Hears of every change of a call with `outcomeAwaited` that may tell its outcome: look again. At most once, and lost to whoever is
   * not listening just then: the records are what counts. `onSubscribed` as of `onCancel`.
   */
  onCallChanged(listener: (callId: CallId) => void, onSubscribed?: () => void): Promise<() => void>;

  /** Replaces what this process (`instanceId`) said of the PBX before. */
  reportLinkStatus(instanceId: string, report: LinkStatus): Promise<void>;
  /** What living processes say. What dead ones said is forgotten with it: the sweeper asks, so that it is whoever else does. */
  linkStatuses(now: number): Promise<readonly LinkStatus[]>;

  /** True for one instanceId of `name` at a time, renewed by asking again. */
  acquireLease(name: string, instanceId: string, leaseMs: number): Promise<boolean>;
  /** Lets another lead at once. Does nothing where another does already. */
  releaseLease(name: string, instanceId: string): Promise<void>;
  durability(): Promise<Durability>;
  /**
   * Whether everything this process wrote through the store so far is as durable as was asked of the store (`StoreOptions.durability`), and
   * `written` is still there: Redis may have restarted, or a replica been promoted, since it was acknowledged. True at once where nothing
   * is asked, or Redis syncs every write before it answers (`appendfsync always`) and no replica is waited for. Else it waits for the
   * next sync, about a second at most (WAITAOF, 7.2 and later), and for the replicas, some milliseconds. After `timeoutMs`, or where
   * Redis does not keep what is asked, false: it may be durable, and nobody can say.
   */
  confirmDurable(timeoutMs: number, written?: WrittenRecord): Promise<boolean>;
  /** Resolves if Redis answers; rejects with a sentence for people: why it is away. */
  ping(): Promise<void>;
  /** Resolves if Redis takes a write; rejects with a sentence for people: why it is away, or that it is out of memory, a replica, its disk is full. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}
