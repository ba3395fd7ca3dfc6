import { z } from 'zod';

/**
 * Everything that was seen of one attempt, kept raw. Instants are epoch ms by our clock, causes are Q.850 numbers, SIP
 * codes are RFC 3261's. Evidence only grows: a fact is written once, and a repetition changes nothing.
 *
 * Evidence crosses from process to process in a `results` job, and the writer may have a later version than the reader.
 * The reader drops a fact that it does not know, and accepts the rest.
 */
const at = z.int().nonnegative();

/** The PBX journal's last entry for an attempt (infra/asterisk/redial.conf). It outlives our processes and Asterisk. */
export const JournalEnded = z.object({
  /** DIALSTATUS of the Dial towards dial2. Empty where dial1 left before the Dial. */
  dialStatus: z.string(),
  /** HANGUPCAUSE of dial1's channel. */
  dial1Cause: z.int(),
  /** Which side hung up first, where Asterisk reports it. */
  endedBy: z.enum(['dial1', 'dial2']).optional(),
  /** From dial2's answer to the end. */
  talkMs: z.int().nonnegative(),
  /** From the start of dial2's Dial to the end. */
  dialMs: z.int().nonnegative(),
  /** How long dial2 rang before it answered or gave up, where known. */
  ringMs: z.int().nonnegative().optional(),
  /** dial1's answer and the end, by the PBX's clock. */
  answeredAt: at,
  endedAt: at,
  dial2Cause: z.int().optional(),
  dial2SipCode: z.int().optional(),
  /** dial2's network has answered at all, if only with 100 Trying. */
  dial2Spoke: z.literal(true).optional(),
  dial2UniqueId: z.string().optional(),
  /** A recording was started: dial2 answered, and MixMonitor ran. */
  recorded: z.literal(true).optional(),
  /** The DTMF digit that was pressed at an announcement. */
  dtmfDigit: z
    .string()
    .regex(/^[0-9]$/)
    .optional(),
  /**
   * When the channel ended that had answered as dial2, by the PBX's clock. It is before `endedAt`, or after it where
   * dial2 went on without dial1.
   */
  dial2EndedAt: at.optional(),
  /** The side that was transferred, and went on in another call. */
  transferred: z.enum(['dial1', 'dial2']).optional(),
});
export type JournalEnded = z.infer<typeof JournalEnded>;

export const Evidence = z.object({
  /** Asterisk refused the Originate at once, or the action never left us. No channel was made. */
  refused: z
    .object({
      message: z.string(),
      at,
      /** Redial itself did not send it. */
      byUs: z.literal(true).optional(),
      /** Why: one of `notSentCodes`, or a later version's code. */
      code: z.string().max(40).optional(),
    })
    .optional(),
  /** dial1's phone sent 180 (channel state Ringing), or 183 (early media: some carriers ring so). */
  rangAt: at.optional(),
  /** OriginateResponse Success: dial1 answered. */
  dial1AnsweredAt: at.optional(),
  /** OriginateResponse Failure. `reason` is lossy: 3 is a time-out, 0 nearly everything else. */
  originateFailed: z.object({ reason: z.int(), at }).optional(),
  /** Hangup of dial1's own channel. Absent where no channel was made (not registered, unknown endpoint). */
  dial1Hangup: z
    .object({
      cause: z.int(),
      sipCode: z.int().optional(),
      /** The channel was ringing when it ended. An observer that missed the 180 learns of it here. */
      rang: z.boolean().optional(),
      at,
    })
    .optional(),
  /** dial1's phone forwarded the call (SIP 3xx). Its Hangup reports it too, unless Asterisk ended the channel first. */
  dial1ForwardedAt: at.optional(),
  /**
   * Another channel has taken dial1's place (call pickup, a forward). That channel counts, and the first one's end is
   * no end.
   */
  dial1ReplacedBy: z.object({ uniqueId: z.string(), at }).optional(),
  /** dial2's channel was created. Present where the request needs its id. */
  dial2Created: z.object({ uniqueId: z.string(), at }).optional(),
  /** Hangup of dial2's channel. Its SIP code is the network's own; dial1's Hangup repeats a translation. */
  dial2Hangup: z.object({ cause: z.int(), sipCode: z.int().optional(), uniqueId: z.string(), at }).optional(),
  journalEnded: JournalEnded.optional(),
  /** dial2 went on without dial1, and was followed to its end. */
  dial2FollowedTo: at.optional(),
  /** A client or an operator requested the end. */
  cancelRequestedAt: at.optional(),
  /**
   * dial1 had answered, its channel was seen to end, and the journal has no entry. The channel ended before the
   * dialplan's first step, so dial2 was never dialled.
   */
  neverEnteredAt: at.optional(),
  /** No observer knew the attempt when every deadline had passed. */
  lostAt: at.optional(),
  /** Asterisk restarted under the attempt. A missing channel therefore proves nothing. */
  pbxRestarted: z.boolean().optional(),
  /** The wait is over: the PBX stayed unreachable until the attempt's last possible moment had passed. */
  gaveUpAt: at.optional(),
});
export type Evidence = z.infer<typeof Evidence>;

/**
 * The conclusion rests on missing evidence: nothing was seen, or not the end. Such an end is only as good as the record
 * by which the attempt was reconciled.
 */
export function isFromSilence({ lostAt, gaveUpAt, pbxRestarted, neverEnteredAt }: Evidence): boolean {
  return lostAt !== undefined || neverEnteredAt !== undefined || gaveUpAt !== undefined || pbxRestarted === true;
}

/** The end of dial1's channel. The end of a replaced channel does not count. */
export function dial1HangupOf({ dial1Hangup, dial1ReplacedBy }: Evidence): Evidence['dial1Hangup'] {
  return dial1ReplacedBy === undefined ? dial1Hangup : undefined;
}

/** Asterisk's id of dial2's channel. The journal has the channel that answered. */
export function dial2UniqueIdOf({ journalEnded, dial2Created, dial2Hangup }: Evidence): string | undefined {
  return journalEnded?.dial2UniqueId ?? dial2Created?.uniqueId ?? dial2Hangup?.uniqueId;
}
