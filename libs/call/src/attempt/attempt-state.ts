import type { LegKind } from '../outcome/disposition-table.ts';
import type { Evidence } from '../outcome/evidence.ts';

/** The phases of an attempt, from the claim to its conclusion. `attempt.ts` holds the transitions. */
export type AttemptState =
  /** The attempt is planned. Nothing is sent. */
  | { readonly phase: 'planned'; readonly plan: AttemptPlan }
  /** The claim is taken: the Originate was sent, or may have been sent. */
  | ({ readonly phase: 'originating' } & InFlight)
  /** dial1's phone rings. */
  | ({ readonly phase: 'ringing' } & InFlight)
  /**
   * One of dial1's two final events has come (OriginateResponse Failure, Hangup). They race: wait briefly for the
   * other.
   */
  | ({ readonly phase: 'awaiting_end' } & InFlight)
  /** dial1 answered. The PBX dials dial2, or both talk. The journal's last entry ends this phase. */
  | ({ readonly phase: 'answered' } & InFlight)
  /**
   * dial1's channel has ended and dial2's has not, after a transfer for example. The end of dial2's channel ends the
   * attempt.
   */
  | ({ readonly phase: 'following' } & InFlight)
  /**
   * The link is gone, or a deadline has passed without an event. The reconciliation decides: channel, journal, restart.
   */
  | ({ readonly phase: 'detached' } & InFlight)
  | { readonly phase: 'ended'; readonly evidence: Evidence };

export type AttemptPhase = AttemptState['phase'];

/** The parts of the request that the machine needs: time limits, and the kind of each leg. */
export interface AttemptPlan {
  readonly dial1RingTimeoutMs: number;
  readonly dial2RingTimeoutMs: number;
  readonly talkLimitMs: number;
  /**
   * One leg is a Local channel: a queue, a ring group, a message. The call then has channels of the PBX's own making,
   * and the end of one of them means nothing for dial2.
   */
  readonly viaLocalChannel?: true;
  /** What each leg is rung through. Absent in records of before 2026-11-30. */
  readonly legs?: { readonly dial1: LegKind; readonly dial2: LegKind };
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
  readonly doubtedAt?: number;
  /** When a reconciliation last found a channel of the attempt, or when this process adopted the attempt. */
  readonly seenAt?: number;
  /** `following`: a reconciliation has found dial2's channel without dial1's. */
  readonly outlived?: true;
  /** The last channels, beside dial1's, that were seen to end. */
  readonly gone?: readonly string[];
}

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
  | { readonly type: 'hold'; readonly at: number }
  | { readonly type: 'conclude'; readonly evidence: Evidence };
