import { z } from 'zod';
import { AttemptReply, CallIdText, DestinationReply, Instant, LegReply } from './reply-schema.ts';

/** A leg as a CDR has it: as in `/v1`, with whom it rang. */
const CdrLeg = LegReply.extend({
  destination: DestinationReply,
  uniqueId: z
    .string()
    .nullable()
    .meta({ description: "Asterisk's id of the leg's channel: dial1's is the attempt's id." }),
}).meta({ id: 'CdrLeg', description: 'How one side of an attempt ended, and who it was.' });

const { shape } = AttemptReply;

/**
 * The public CDR, as documentation has it. What it shares with an attempt of `/v1` comes from there, so that a field which is added to the
 * one is in the other; `libs/sinks` writes it, and a spec holds the two together. Instants are in UTC.
 */
export const CdrReply = AttemptReply.omit({ number: true, state: true })
  .extend({
    callId: CallIdText,
    tenantId: z.string(),
    reference: z.string().meta({ description: 'Your reference for the call, or the one that Redial made.' }),
    dialect: z.string().meta({ description: 'The API the call came by.', examples: ['v1'] }),
    attemptNumber: z.int().meta({ description: '1 for the first attempt of the call.' }),
    pbx: z.string().meta({ description: 'The PBX that dialled.' }),
    disposition: shape.disposition.unwrap(),
    class: shape.class.unwrap(),
    connected: z.boolean().meta({ description: 'Both sides talked.' }),
    dial1: CdrLeg,
    dial2: CdrLeg,
    callerId: z.string().nullable().meta({ description: 'What dial2 saw; null: what the PBX sends by itself.' }),
    dial1CallerId: z.string().nullable().meta({ description: 'What dial1 saw, where it was something else.' }),
    clientInfo: z.string().nullable(),
    dueAt: Instant,
    startedAt: Instant,
    endedAt: Instant,
    lost: z.boolean().meta({ description: 'Concluded from silence: nobody knew the attempt.' }),
    call: z
      .strictObject({
        state: z.string().meta({ description: '`waiting` for a retry, or how it ended.' }),
        nextAttemptAt: Instant.nullable(),
      })
      .meta({ description: 'The call after this attempt.' }),
  })
  .meta({ id: 'Cdr', description: 'One attempt, told once under a stable `id`: recognise repetitions by it.' });

/** What a webhook is sent: Standard Webhooks' envelope. */
export const CdrWebhook = z
  .strictObject({ type: z.literal('cdr'), timestamp: Instant, data: CdrReply })
  .meta({ id: 'CdrWebhook' });
