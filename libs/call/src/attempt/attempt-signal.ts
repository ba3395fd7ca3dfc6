import type { JournalEnded } from '../outcome/evidence.ts';
import type { NotSentCode } from '../outcome/not-sent.ts';

/** What the attempt machine is told. `at` is the instant (epoch ms, our clock) at which we learned it. */
export type AttemptSignal =
  /** The claim was taken by this process, just now. The only way to an Originate. */
  | { readonly type: 'start'; readonly at: number }
  /** The attempt was found under way: a redelivered job, a restart, another process's call. */
  | { readonly type: 'adopt'; readonly at: number; readonly originatedAt: number }
  /** Asterisk refused the Originate; or, with `notSent`, it never left this process. */
  | { readonly type: 'refused'; readonly at: number; readonly message: string; readonly notSent?: NotSentCode }
  | { readonly type: 'rang'; readonly at: number }
  /** OriginateResponse Success. `uniqueId`: of the channel that answered, where it is not the one that was originated. */
  | { readonly type: 'answered'; readonly at: number; readonly uniqueId?: string }
  /** OriginateResponse Failure. */
  | { readonly type: 'originate_failed'; readonly at: number; readonly reason: number }
  | {
      readonly type: 'dial1_ended';
      readonly at: number;
      readonly cause: number;
      readonly sipCode?: number;
      /** A channel that had lost its place to another, which lives on (masquerade). */
      readonly replaced?: true;
      /** The Hangup event's own ChannelState was Ringing: known even to a observer who came after the 180. */
      readonly rang?: boolean;
    }
  | {
      readonly type: 'dial2_ended';
      readonly at: number;
      readonly cause: number;
      readonly sipCode?: number;
      readonly uniqueId: string;
      /** Half of a Local channel: no phone, so that its cause is nobody's word. */
      readonly isLocal?: true;
    }
  /** dial1's phone forwarded the call (SIP 3xx), and Asterisk left its channel. */
  | { readonly type: 'dial1_forwarded'; readonly at: number }
  /** dial2's channel came to be, just after dial1's answer; its INVITE is about to leave. */
  | { readonly type: 'dial2_created'; readonly at: number; readonly uniqueId: string }
  /** The journal's last entry, from the UserEvent or from a reconciliation. */
  | { readonly type: 'journal_ended'; readonly at: number; readonly entry: JournalEnded }
  | { readonly type: 'cancel'; readonly at: number }
  | { readonly type: 'link_lost'; readonly at: number }
  /** Reconciliation: dial1's channel lives. `uniqueId`: where another has taken its place. */
  | {
      readonly type: 'channel_found';
      readonly at: number;
      readonly up: boolean;
      readonly uniqueId?: string;
      /** dial2 had answered, and its channel has ended. */
      readonly dial2Ended?: true;
    }
  /** Reconciliation, once dial1's channel has ended: dial2's lives on, or does not. */
  | { readonly type: 'dial2_found'; readonly at: number }
  | { readonly type: 'dial2_gone'; readonly at: number }
  /** Reconciliation: no channel; the journal says `answered` and no more. */
  | {
      readonly type: 'journal_answered';
      readonly at: number;
      readonly answeredAt: number;
      readonly pbxRestarted: boolean;
    }
  /** Reconciliation: no channel, no entry. */
  | { readonly type: 'missing'; readonly at: number; readonly pbxRestarted: boolean }
  | { readonly type: 'deadline'; readonly at: number };

export type AttemptSignalType = AttemptSignal['type'];
