import type { AttemptId, AttemptSignal, NotSentCode } from '@redial/call';
import type { AutoAnswerHeader } from './channel/auto-answer.ts';

/**
 * Everything that one Originate needs. Every value is validated. The action builder checks again, because AMI executes
 * its input.
 */
export interface OriginateOrder {
  /** Becomes ActionID and ChannelId. */
  readonly attemptId: AttemptId;
  /** The attempt's place in the PBX journal: 0 to 99,999. */
  readonly slot: number;
  /** AMI channels such as `PJSIP/1001` or `PJSIP/27820001234@carrier`. */
  readonly dial1Channel: string;
  readonly dial2Channel: string;
  readonly dial1CallerId?: string;
  /** Shown beside the number. */
  readonly dial1CallerName?: string;
  readonly dial2CallerId?: string;
  /** The header that makes dial1's phone answer automatically. */
  readonly dial1AutoAnswer?: AutoAnswerHeader;
  readonly dial1RingTimeoutMs: number;
  readonly dial2RingTimeoutMs: number;
  readonly talkLimitMs: number;
  /**
   * Records from dial2's answer on, into this file below the PBX's folder of recordings. `recordingFile` made the name.
   */
  readonly recordingFile?: string;
  /** One of the legs is `announcementChannel`: the message to play, and the channel to ring for each DTMF digit. */
  readonly announcement?: {
    readonly sound: string;
    /** Digit (0 to 9) → AMI channel. None: the sound is played, and nothing else. */
    readonly dtmf: Readonly<Record<string, string>>;
    readonly waitSeconds: number;
  };
  /** Reports the id of dial2's channel once it exists (`dial2_created`). It costs an event. */
  readonly reportsDial2?: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly headers: {
    readonly dial1: Readonly<Record<string, string>>;
    readonly dial2: Readonly<Record<string, string>>;
  };
}

/** The result of sending the Originate action itself. It states nothing about the phones. */
export type OriginateReply =
  /** Asterisk queued it. */
  | { readonly type: 'accepted' }
  /** Asterisk refused it: no channel was made. */
  | { readonly type: 'refused'; readonly message: string }
  /**
   * It never left this process: the link was down, not logged in or too busy, or no AMI action can express the order.
   */
  | { readonly type: 'not_sent'; readonly code: NotSentCode; readonly message: string }
  /** It was sent, and no answer came: a phone may be ringing. */
  | { readonly type: 'unanswered'; readonly message: string };

/** The result of a reconciliation. `undefined` in its place: the PBX could not be reached. */
export type Finding = Extract<
  AttemptSignal,
  { type: 'channel_found' | 'dial2_found' | 'dial2_gone' | 'journal_ended' | 'journal_answered' | 'missing' }
>;

export interface ReconcileQuestion {
  readonly attemptId: AttemptId;
  readonly slot: number;
  /** The PBX's start time at the claim. */
  readonly pbxStartedAt: string;
  /** The channel that has taken dial1's place, where it is not the originated one. */
  readonly dial1?: string;
  /** dial1's channel has ended. The reconciliation checks whether this one lives. */
  readonly dial2?: string;
}

/**
 * The queries that a PBX can answer before a call is accepted. Every value is checked: it becomes part of an AMI
 * action.
 */
export type PbxQuestion =
  /** Whether a call to this channel's device would ring now: registered, and not known to be unavailable. */
  | { readonly type: 'device_online'; readonly channel: string }
  | { readonly type: 'queue_exists'; readonly queue: string }
  | { readonly type: 'context_exists'; readonly context: string; readonly exten: string };

export interface PbxEvents {
  /** A fact about an attempt, from any AMI event that concerns it, whichever process originated it. */
  signal: (attemptId: AttemptId, signal: AttemptSignal) => void;
  /** Logged in and ready for actions. Every open attempt must be reconciled now: the events in between are lost. */
  up: (info: { readonly pbxStartedAt: string; readonly version: string }) => void;
  /** Once for each `up`. While the PBX cannot be reached, once for each new reason. */
  down: (reason: string) => void;
  /** Unmapped or malformed AMI traffic that concerns Redial. For log and metric. */
  anomaly: (what: string) => void;
}

/** One Asterisk, over one AMI session that is kept alive. It never re-sends an action. */
export interface Pbx {
  readonly name: string;
  /** Logged in, and the last keep-alive was answered. */
  readonly isUp: boolean;
  /** The PBX's start time (CoreStatus). A different value later means that it has restarted. Undefined while down. */
  readonly pbxStartedAt: string | undefined;
  /** Connects, and reconnects without end: capped back-off with jitter. */
  start(): void;
  stop(): Promise<void>;
  on<E extends keyof PbxEvents>(event: E, listener: PbxEvents[E]): void;
  off<E extends keyof PbxEvents>(event: E, listener: PbxEvents[E]): void;
  originate(order: OriginateOrder): Promise<OriginateReply>;
  /**
   * Hangs up dial1's channel, and with it the call. `channel`: the Uniqueid of the channel to hang up instead. False:
   * there was no channel, or the PBX could not be reached.
   */
  hangUp(attemptId: AttemptId, channel?: string): Promise<boolean>;
  reconcile(question: ReconcileQuestion): Promise<Finding | undefined>;
  /** Undefined: the PBX could not answer. */
  query(question: PbxQuestion): Promise<boolean | undefined>;
}
