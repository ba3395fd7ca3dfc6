import type { AttemptId, AttemptSignal, NotSentCode } from '@redial/call';
import type { AutoAnswerHeader } from './channel/auto-answer.ts';

/** Everything one Originate needs. Every value has been validated; the action builder checks again, because AMI executes what it is given. */
export interface OriginateOrder {
  /** Becomes ActionID and ChannelId. */
  readonly attemptId: AttemptId;
  /** Where the PBX journal keeps it: 0 to 99,999. */
  readonly slot: number;
  /** AMI channels such as `PJSIP/1001` or `PJSIP/27820001234@carrier`. */
  readonly dial1Channel: string;
  readonly dial2Channel: string;
  readonly dial1CallerId?: string;
  /** Shown beside it. */
  readonly dial1CallerName?: string;
  readonly dial2CallerId?: string;
  /** dial1's phone is told to answer by itself. */
  readonly dial1AutoAnswer?: AutoAnswerHeader;
  readonly dial1RingTimeoutMs: number;
  readonly dial2RingTimeoutMs: number;
  readonly talkLimitMs: number;
  /** Records from dial2's answer on, into this file below the PBX's folder of recordings; `recordingFile` made the name. */
  readonly recordingFile?: string;
  /** One of the legs is `messageChannel`: what it plays, and whom it rings for which key. */
  readonly message?: {
    readonly sound: string;
    /** Key (0 to 9) → AMI channel. None: the message is played, and that is all. */
    readonly keys: Readonly<Record<string, string>>;
    readonly waitSeconds: number;
  };
  /** Says the id of dial2's channel as soon as there is one (`dial2_created`). It costs an event. */
  readonly tellsDial2?: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly headers: {
    readonly dial1: Readonly<Record<string, string>>;
    readonly dial2: Readonly<Record<string, string>>;
  };
}

/** What became of sending the Originate action itself. It says nothing of the phones. */
export type OriginateReply =
  /** Asterisk queued it. */
  | { readonly type: 'accepted' }
  /** Asterisk refused it: no channel was made. */
  | { readonly type: 'refused'; readonly message: string }
  /** It never left this process: the link was down, not yet logged in or too busy, or the order cannot be said to Asterisk. */
  | { readonly type: 'not_sent'; readonly code: NotSentCode; readonly message: string }
  /** It left, and no answer came: it may be ringing. */
  | { readonly type: 'unanswered'; readonly message: string };

/** What a reconciliation found. `undefined` in place of it: the PBX could not be asked. */
export type Finding = Extract<
  AttemptSignal,
  { type: 'channel_found' | 'dial2_found' | 'dial2_gone' | 'journal_ended' | 'journal_answered' | 'missing' }
>;

export interface ReconcileQuestion {
  readonly attemptId: AttemptId;
  readonly slot: number;
  /** The PBX's own word for its start when the claim was taken. */
  readonly pbxStartedAt: string;
  /** The channel that has dial1's place by now, where it is another than was originated. */
  readonly dial1?: string;
  /** dial1's channel has ended; the question is whether this one lives. */
  readonly dial2?: string;
}

/** What can be asked of a PBX before a call is accepted. All values have been checked: they become part of an AMI action. */
export type PbxQuestion =
  /** Whether a call to this channel's device would ring now: registered, and not known to be unavailable. */
  | { readonly asks: 'device_online'; readonly channel: string }
  | { readonly asks: 'queue_exists'; readonly queue: string }
  | { readonly asks: 'context_exists'; readonly context: string; readonly exten: string };

export interface PbxEvents {
  /** A fact about an attempt, from any AMI event that concerns it, whoever originated it. */
  signal: (attemptId: AttemptId, signal: AttemptSignal) => void;
  /** Logged in and ready for actions. Whatever is open must be reconciled now: events in between are gone. */
  up: (info: { readonly pbxStartedAt: string; readonly version: string }) => void;
  /** Once for each `up`; and while it cannot be reached, once for each new reason why not. */
  down: (reason: string) => void;
  /** Unmapped or malformed AMI traffic that concerns us; for log and metric. */
  anomaly: (what: string) => void;
}

/** One Asterisk, over one AMI session that is kept alive. Never re-sends an action. */
export interface Pbx {
  readonly name: string;
  /** Logged in, and its last keep-alive was answered. */
  readonly isUp: boolean;
  /** The PBX's own word for when it started (CoreStatus); another word later means that it restarted. Undefined while down. */
  readonly pbxStartedAt: string | undefined;
  /** Starts to connect, and reconnects for ever: capped back-off with jitter. */
  start(): void;
  stop(): Promise<void>;
  on<E extends keyof PbxEvents>(event: E, listener: PbxEvents[E]): void;
  off<E extends keyof PbxEvents>(event: E, listener: PbxEvents[E]): void;
  originate(order: OriginateOrder): Promise<OriginateReply>;
  /**
   * Hangs up dial1's channel, and with it the call; `channel`: the one by this Uniqueid in its stead. False: there was none, or the PBX could not be
   * asked.
   */
  hangUp(attemptId: AttemptId, channel?: string): Promise<boolean>;
  reconcile(question: ReconcileQuestion): Promise<Finding | undefined>;
  /** Undefined: it could not be asked. */
  ask(question: PbxQuestion): Promise<boolean | undefined>;
}
