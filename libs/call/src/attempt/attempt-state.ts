import type { LegKind } from '../outcome/disposition-table.ts';
import type { Evidence } from '../outcome/evidence.ts';

/** Where an attempt is, from the claim to its conclusion; `attempt.ts` says what leads from one to the next. */
export type AttemptState =
  /** Written down, nothing sent. */
  | { readonly phase: 'planned'; readonly plan: AttemptPlan }
  /** The claim is taken: Originate was sent, or may have been. */
  | ({ readonly phase: 'originating' } & InFlight)
  /** dial1's phone rings. */
  | ({ readonly phase: 'ringing' } & InFlight)
  /** One of dial1's two final facts has come (OriginateResponse Failure, Hangup): wait briefly for the other, they race. */
  | ({ readonly phase: 'awaiting_end' } & InFlight)
  /** dial1 answered; the PBX dials dial2, or both talk. The journal's last entry ends it. */
  | ({ readonly phase: 'answered' } & InFlight)
  /** dial1's channel has ended and dial2's has not: it was transferred, say. Its end is the attempt's. */
  | ({ readonly phase: 'following' } & InFlight)
  /** The link is gone, or a deadline passed in silence: nobody here knows. The reconciliation's three observers decide. */
  | ({ readonly phase: 'detached' } & InFlight)
  | { readonly phase: 'ended'; readonly evidence: Evidence };

export type AttemptPhase = AttemptState['phase'];

/** What the machine must know of the request: how long things may take, and by which way its legs go. */
export interface AttemptPlan {
  readonly dial1RingTimeoutMs: number;
  readonly dial2RingTimeoutMs: number;
  readonly talkLimitMs: number;
  /**
   * A leg is a Local channel: a queue, a ring group, a message. Channels of the PBX's own making belong to the call then, and the end of
   * one of them says nothing of dial2.
   */
  readonly viaLocalChannel?: true;
  /** What each leg is rung through. Absent in records of before 2026-11-30. */
  readonly legs?: { readonly dial1: LegKind; readonly dial2: LegKind };
}

/** What every phase between the claim and the conclusion knows. */
export interface InFlight {
  readonly plan: AttemptPlan;
  readonly originatedAt: number;
  readonly evidence: Evidence;
  /** `detached` alone: when a reconciliation first found that a call which had been answered, or seen to end, left no last word. */
  readonly doubtedAt?: number;
  /** When a reconciliation last found a channel of it, or when it was taken on. */
  readonly seenAt?: number;
  /** `following`: a reconciliation has found dial2's channel without dial1's. */
  readonly outlived?: true;
  /** Channels beside dial1's that were seen to end; the last few. */
  readonly gone?: readonly string[];
}

export type AttemptEffect =
  | { readonly type: 'originate' }
  | { readonly type: 'hang_up' }
  | { readonly type: 'reconcile' }
  /** One timer per attempt: arming replaces it, `conclude` ends it. */
  | { readonly type: 'arm'; readonly afterMs: number }
  /** For whoever asks how the call is doing; losing it loses nothing. */
  | {
      readonly type: 'progress';
      readonly phase: 'ringing' | 'answered' | 'dial2_created';
      readonly at: number;
      /** dial2's. */
      readonly uniqueId?: string;
    }
  /** The last channel of this leg has ended while the other leg goes on: what it holds is free. May be said again. */
  | { readonly type: 'release'; readonly leg: 'dial1' | 'dial2' }
  /** It outlasts its limits, and was seen to live: what it holds is still held. */
  | { readonly type: 'hold'; readonly at: number }
  | { readonly type: 'conclude'; readonly evidence: Evidence };
