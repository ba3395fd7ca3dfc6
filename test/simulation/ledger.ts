import type { AttemptId, AttemptRecord, Call, CallId, Cdr } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import type { Actor } from './agenda.ts';
import type { AttemptEnd } from './truth.ts';

export interface BooksOptions {
  readonly now: () => number;
  readonly configuration: Configuration;
  /** How far a process's clock may be from the true time. */
  readonly skewMsMax: number;
  /** Nothing breaks that may lose an attempt. */
  readonly isCalm: boolean;
  /** Until when Redis does not answer, or did not. */
  readonly redisFailedUntil: () => number;
  /** Whether a process has heard everything that this PBX has told since then. */
  readonly isWatchedSince: (pbx: string, instant: number) => boolean;
  readonly tell?: (what: string) => void;
}

export type Counted =
  | 'accepted'
  | 'attempts'
  | 'originates'
  | 'cdrs'
  | 'unknown'
  | 'lost'
  | 'connected'
  | 'told'
  | 'halfHeard'
  | 'canceled';

/** What is known of an attempt from its claim on. */
export interface Seen {
  readonly attempt: AttemptRecord;
  /** Took the claim. */
  readonly by: Actor;
  readonly heardEnd: Set<Actor>;
  sent: number;
  arrived: number;
  dial1Answered: boolean;
  connected: boolean;
  cdr?: Cdr;
  end?: AttemptEnd;
  /** Of the first thing that dial1's phone did. */
  aliveAt?: number;
  missed?: boolean;
  dropped?: boolean;
  /** What a observer had told of its end, and the queue has forgotten. */
  resultLost?: boolean;
  toldFailed?: boolean;
}

/** What the books have seen so far; whatever is checked, is checked against this. */
export interface Ledger extends BooksOptions {
  readonly calls: ReadonlyMap<CallId, Call>;
  readonly seen: ReadonlyMap<AttemptId, Seen>;
  /** Somebody asked for the end of these. */
  readonly cancelAsked: ReadonlySet<CallId>;
  /** When a client was told that its cancel holds. */
  readonly canceledAt: ReadonlyMap<CallId, number>;
  count(what: Counted): void;
  violated(what: string): void;
  expect(holds: boolean, what: () => string): void;
  /** The PBX is not the one any more for which the attempt was claimed. */
  hasPbxDied(attempt: AttemptRecord): boolean;
}
