import type { AttemptId, AttemptRecord, Call, CallId, Cdr } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import type { Actor } from './agenda.ts';
import type { AttemptEnd } from './truth.ts';

export interface BooksOptions {
  readonly now: () => number;
  readonly configuration: Configuration;
  /** The maximum difference between a process's clock and the true time. */
  readonly skewMsMax: number;
  /** No fault may lose an attempt. */
  readonly isCalm: boolean;
  /** The instant until which Redis does not answer, or did not. */
  readonly redisFailedUntil: () => number;
  /** Whether a process has received everything that this PBX has sent since then. */
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
  | 'reported'
  | 'halfHeard'
  | 'canceled';

/** All knowledge of an attempt from its claim on. */
export interface Seen {
  readonly attempt: AttemptRecord;
  /** The actor that took the claim. */
  readonly by: Actor;
  readonly heardEnd: Set<Actor>;
  sent: number;
  arrived: number;
  dial1Answered: boolean;
  connected: boolean;
  cdr?: Cdr;
  end?: AttemptEnd;
  /** The instant of the first action of dial1's phone. */
  aliveAt?: number;
  missed?: boolean;
  dropped?: boolean;
  /** The queue has lost an observer's report of its end. */
  resultLost?: boolean;
  reportedFailed?: boolean;
}

/** All knowledge of the books so far. Every check uses it. */
export interface Ledger extends BooksOptions {
  readonly calls: ReadonlyMap<CallId, Call>;
  readonly seen: ReadonlyMap<AttemptId, Seen>;
  /** Calls with a requested cancel. */
  readonly cancelAsked: ReadonlySet<CallId>;
  /** When a client got the answer that its cancel holds. */
  readonly canceledAt: ReadonlyMap<CallId, number>;
  count(what: Counted): void;
  violated(what: string): void;
  expect(holds: boolean, what: () => string): void;
  /** The PBX has restarted since the attempt was claimed. */
  hasPbxDied(attempt: AttemptRecord): boolean;
}
