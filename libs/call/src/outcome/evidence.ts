import { z } from 'zod';

/**
 * What was seen of one attempt, kept raw. Instants are epoch ms by our clock, causes are Q.850 numbers, SIP codes are
 * RFC 3261's. Evidence only grows: a fact is written once, and a repetition changes nothing.
 *
 * It crosses from process to process in a `results` job, and the writer may be of a later version than the reader: a fact that the
 * reader does not know is left out, never a reason to refuse the rest.
 */
const at = z.int().nonnegative();

/** The PBX journal's last entry for an attempt (infra/asterisk/redial.conf): outlives our processes and Asterisk itself. */
export const JournalEnded = z.object({
  /** DIALSTATUS of the Dial towards dial2; empty when dial1 left before it. */
  dialStatus: z.string(),
  /** HANGUPCAUSE of dial1's channel. */
  dial1Cause: z.int(),
  /** Who hung up first, where Asterisk knew. */
  endedBy: z.enum(['dial1', 'dial2']).optional(),
  /** From dial2's answer to the end. */
  talkMs: z.int().nonnegative(),
  /** From the start of dial2's Dial to the end. */
  dialMs: z.int().nonnegative(),
  /** dial2's time of ringing before it answered or gave up, where known. */
  ringMs: z.int().nonnegative().optional(),
  /** dial1's answer and the end, by the PBX's clock. */
  answeredAt: at,
  endedAt: at,
  dial2Cause: z.int().optional(),
  dial2SipCode: z.int().optional(),
  /** dial2's network has said a word, if only 100 Trying. Absent in entries that were read before 2026-11-30. */
  dial2Spoke: z.literal(true).optional(),
  dial2UniqueId: z.string().optional(),
  /** A recording was begun: dial2 answered, and MixMonitor ran. */
  recorded: z.literal(true).optional(),
  /** The key that was pressed at a message. */
  pressedKey: z
    .string()
    .regex(/^[0-9]$/)
    .optional(),
  /** When the channel ended by which dial2 had answered, by the PBX's clock: before `endedAt`, or after it where dial2 went on without dial1. */
  dial2EndedAt: at.optional(),
  /** Who was transferred, and went on in another call. */
  transferred: z.enum(['dial1', 'dial2']).optional(),
});
export type JournalEnded = z.infer<typeof JournalEnded>;

export const Evidence = z.object({
  /** Asterisk refused the Originate at once, or the action never left us: no channel was made. */
  refused: z
    .object({
      message: z.string(),
      at,
      /** Redial itself kept it back. Absent in records of before 2026-11-28. */
      byUs: z.literal(true).optional(),
      /** Why: one of `notSentCodes`, or one of a later version. Absent in records of before 2026-11-30. */
      code: z.string().max(40).optional(),
    })
    .optional(),
  /** dial1's phone said 180 (channel state Ringing), or 183 (early media: a carrier that rings so). */
  rangAt: at.optional(),
  /** OriginateResponse Success: dial1 answered. */
  dial1AnsweredAt: at.optional(),
  /** OriginateResponse Failure. `reason` is lossy: 3 time-out, 0 nearly everything else. */
  originateFailed: z.object({ reason: z.int(), at }).optional(),
  /** Hangup of dial1's own channel. Absent where no channel was ever made (not registered, unknown endpoint). */
  dial1Hangup: z
    .object({
      cause: z.int(),
      sipCode: z.int().optional(),
      /** The channel was ringing when it ended: known even to a observer who came after the 180. */
      rang: z.boolean().optional(),
      at,
    })
    .optional(),
  /** dial1's phone forwarded the call (SIP 3xx). Its Hangup says so too, unless Asterisk was faster to end the channel than to hear it out. */
  dial1ForwardedAt: at.optional(),
  /** Another channel has taken the place of dial1's (call pickup, a forward): that one counts, and the end of the first is no end. */
  dial1ReplacedBy: z.object({ uniqueId: z.string(), at }).optional(),
  /** dial2's channel came to be; told where somebody asked for its id. */
  dial2Created: z.object({ uniqueId: z.string(), at }).optional(),
  /** Hangup of dial2's channel; its SIP code is the network's own, where dial1's Hangup repeats a translation. */
  dial2Hangup: z.object({ cause: z.int(), sipCode: z.int().optional(), uniqueId: z.string(), at }).optional(),
  journalEnded: JournalEnded.optional(),
  /** dial2 went on without dial1, and was followed to its end. */
  dial2FollowedTo: at.optional(),
  /** Somebody asked for the end. */
  cancelRequestedAt: at.optional(),
  /**
   * dial1 had answered, its channel was seen to end, and the journal has no entry: it was gone before the dialplan's first step, so that dial2 was
   * never dialled.
   */
  neverEnteredAt: at.optional(),
  /** No observer knew the attempt when every deadline had passed. */
  lostAt: at.optional(),
  /** Asterisk restarted under the attempt, so that silence proves nothing. */
  pbxRestarted: z.boolean().optional(),
  /** We stopped waiting: the PBX could not be asked until the attempt's last possible moment had passed. */
  gaveUpAt: at.optional(),
});
export type Evidence = z.infer<typeof Evidence>;

/** Nothing was seen, or not to its end: concluded because nobody could tell. Such an end is only as good as the record by which the attempt was reconciled. */
export function isFromSilence({ lostAt, gaveUpAt, pbxRestarted, neverEnteredAt }: Evidence): boolean {
  return lostAt !== undefined || neverEnteredAt !== undefined || gaveUpAt !== undefined || pbxRestarted === true;
}

/** The end of dial1's channel; not that of one whose place another has taken. */
export function dial1HangupOf({ dial1Hangup, dial1ReplacedBy }: Evidence): Evidence['dial1Hangup'] {
  return dial1ReplacedBy === undefined ? dial1Hangup : undefined;
}

/** Asterisk's id of dial2's channel. The journal's is of the channel that answered. */
export function dial2UniqueIdOf({ journalEnded, dial2Created, dial2Hangup }: Evidence): string | undefined {
  return journalEnded?.dial2UniqueId ?? dial2Created?.uniqueId ?? dial2Hangup?.uniqueId;
}
