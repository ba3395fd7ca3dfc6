import type { LegKind } from '../outcome/disposition-table.ts';
import type { Evidence } from '../outcome/evidence.ts';

/** The phases of an attempt, from the claim to its conclusion. `attempt.ts` holds the transitions. */
export type AttemptState =
  /**
   * Nothing is sent yet. Each attempt begins here, in the memory of the process that tracks it. The dialer that has the
   * claim moves it to `originating`; a process that finds the attempt in flight moves it to `detached`.
   */
  | { readonly phase: 'planned'; readonly plan: AttemptPlan }
  /**
   * Originate was sent, or may have been. The dialer that has the claim moves it here. So does a reconciliation that
   * finds a channel that has not rung. dial1's events move it on. A lost link, or silence until dial1 can no longer
   * answer, moves it to `detached`.
   */
  | ({ readonly phase: 'originating' } & InFlight)
  /** dial1's phone rings: its 180, or a reconciliation, moves it here. It leaves as from `originating`. */
  | ({ readonly phase: 'ringing' } & InFlight)
  /**
   * One of two final facts has come, and the other may be a moment behind. Of dial1 these are OriginateResponse
   * Failure and Hangup, which race. Of dial2 it is the end of its channel. The second fact ends the attempt. After
   * `finalEventsMs` the deadline moves it on: to an end, to `detached` where the missing fact decides, to `following`
   * where dial2 goes on.
   */
  | ({ readonly phase: 'awaiting_end' } & InFlight)
  /**
   * dial1 answered: the PBX dials dial2, or both talk. OriginateResponse Success, or a reconciliation, moves it here.
   * The journal's last entry ends it. A lost link, or more time than its limits allow, moves it to `detached`.
   */
  | ({ readonly phase: 'answered' } & InFlight)
  /**
   * dial1's channel has ended and dial2's has not, after a transfer for example. The deadline of `awaiting_end` moves
   * it here. The end of dial2's channel ends it, by its event or by a reconciliation.
   */
  | ({ readonly phase: 'following' } & InFlight)
  /**
   * What happens to it is not known here: the link is lost, a deadline passed in silence, or the process has only just
   * found it. The reconciliation asks the PBX for its channels and its journal, and moves it back to where it is, or
   * ends it.
   */
  | ({ readonly phase: 'detached' } & InFlight)
  /** The evidence is complete, or no more of it can come. Nothing moves it away. */
  | { readonly phase: 'ended'; readonly evidence: Evidence };

export type AttemptPhase = AttemptState['phase'];

/** The parts of the request that the machine needs: time limits, and the kind of each leg. */
export interface AttemptPlan {
  readonly dial1RingTimeoutMs: number;
  readonly dial2RingTimeoutMs: number;
  readonly talkLimitMs: number;
  /**
   * One leg is a Local channel: a queue, a ring group, an announcement. The call then has channels of the PBX's own
   * making, and the end of one of them means nothing for dial2.
   */
  readonly viaLocalChannel?: true;
  /** What each leg is rung through. */
  readonly legs: { readonly dial1: LegKind; readonly dial2: LegKind };
}

/** The state that every phase between the claim and the conclusion has. */
export interface InFlight {
  readonly plan: AttemptPlan;
  readonly originatedAt: number;
  readonly evidence: Evidence;
  /**
   * `detached` alone: when a reconciliation first found no last journal entry, though the call was answered or seen to
   * end.
   */
  readonly journalMissingSince?: number;
  /** When a reconciliation last found a channel of the attempt, or when this process adopted the attempt. */
  readonly lastSeenAt?: number;
  /** `following`: a reconciliation has found dial2's channel without dial1's. */
  readonly dial2Outlives?: true;
  /** The last channels, beside dial1's, that were seen to end. */
  readonly endedChannels?: readonly string[];
}

export type InFlightState = Extract<AttemptState, InFlight>;

export type AttemptEffect =
  | { readonly type: 'originate' }
  | { readonly type: 'hang_up' }
  | { readonly type: 'reconcile' }
  /** An attempt has one timer: arming replaces it, `conclude` ends it. */
  | { readonly type: 'arm'; readonly afterMs: number }
  /** The call's progress, for display. A lost one does no harm. */
  | {
      readonly type: 'progress';
      readonly phase: 'ringing' | 'answered' | 'dial2_created';
      readonly at: number;
      /** The unique id of dial2's channel. */
      readonly uniqueId?: string;
    }
  /** The leg's last channel has ended while the other leg goes on: its permits become free. May come more than once. */
  | { readonly type: 'release'; readonly leg: 'dial1' | 'dial2' }
  /** The attempt outlasts its limits, and a channel was seen to live: its permits stay held. */
  | { readonly type: 'extend_permits'; readonly at: number }
  | { readonly type: 'conclude'; readonly evidence: Evidence };
