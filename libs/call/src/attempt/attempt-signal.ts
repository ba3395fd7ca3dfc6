import type { JournalEnded } from '../outcome/evidence.ts';
import type { NotSentCode } from '../outcome/not-sent.ts';

/**
 * The inputs of the attempt machine. `at` is the instant (epoch ms, our clock) at which this process learned the fact.
 */
export type AttemptSignal =
  /** This process has just taken the claim. Only this signal leads to an Originate. */
  | { readonly type: 'start'; readonly at: number }
  /** The attempt was already under way: a redelivered job, a restart, another process's call. */
  | { readonly type: 'adopt'; readonly at: number; readonly originatedAt: number }
  /** Asterisk refused the Originate. With `notSent`, the Originate never left this process. */
  | { readonly type: 'refused'; readonly at: number; readonly message: string; readonly notSent?: NotSentCode }
  | { readonly type: 'rang'; readonly at: number }
  /** OriginateResponse Success. `uniqueId`: the channel that answered, where it is not the originated one. */
  | { readonly type: 'answered'; readonly at: number; readonly uniqueId?: string }
  /** OriginateResponse Failure. */
  | { readonly type: 'originate_failed'; readonly at: number; readonly reason: number }
  | {
      readonly type: 'dial1_ended';
      readonly at: number;
      readonly cause: number;
      readonly sipCode?: number;
      /** The channel had lost its place to another channel, which lives on (masquerade). */
      readonly replaced?: true;
      /** The Hangup event's own ChannelState was Ringing. An observer that missed the 180 learns of it here. */
      readonly rang?: boolean;
    }
  | {
      readonly type: 'dial2_ended';
      readonly at: number;
      readonly cause: number;
      readonly sipCode?: number;
      readonly uniqueId: string;
      /** Half of a Local channel. It is no phone, so its cause describes no phone. */
      readonly isLocal?: true;
    }
  /** dial1's phone forwarded the call (SIP 3xx), and Asterisk left its channel. */
  | { readonly type: 'dial1_forwarded'; readonly at: number }
  /** dial2's channel was created, just after dial1's answer. Its INVITE has not left yet. */
  | { readonly type: 'dial2_created'; readonly at: number; readonly uniqueId: string }
  /** The journal's last entry, from the UserEvent or from a reconciliation. */
  | { readonly type: 'journal_ended'; readonly at: number; readonly entry: JournalEnded }
  | { readonly type: 'cancel'; readonly at: number }
  | { readonly type: 'link_lost'; readonly at: number }
  /** Reconciliation: dial1's channel lives. `uniqueId`: the channel that has taken its place. */
  | {
      readonly type: 'channel_found';
      readonly at: number;
      readonly up: boolean;
      readonly uniqueId?: string;
      /** dial2 had answered, and its channel has ended. */
      readonly dial2Ended?: true;
    }
  /** Reconciliation, once dial1's channel has ended: dial2's channel lives on, or it does not. */
  | { readonly type: 'dial2_found'; readonly at: number }
  | { readonly type: 'dial2_gone'; readonly at: number }
  /** Reconciliation: there is no channel, and the journal has `answered` alone. */
  | {
      readonly type: 'journal_answered';
      readonly at: number;
      readonly answeredAt: number;
      readonly pbxRestarted: boolean;
    }
  /** Reconciliation: there is no channel and no entry. */
  | { readonly type: 'missing'; readonly at: number; readonly pbxRestarted: boolean }
  | { readonly type: 'deadline'; readonly at: number };

export type AttemptSignalType = AttemptSignal['type'];
