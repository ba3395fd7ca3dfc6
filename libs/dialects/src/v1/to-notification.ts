import type { Cdr, CdrLeg } from '@redial/call';
import { z } from 'zod';
import { destinationJson, legJson, recordingPath } from './leg-json.ts';
import { AttemptReply, CallIdText, DestinationReply, Instant, LegReply } from './reply-schema.ts';

/** A leg of `/v1`, and the destination that was rung. */
const CdrLegJson = LegReply.extend({
  destination: DestinationReply,
  uniqueId: z
    .string()
    .nullable()
    .meta({ description: "Asterisk's id of the leg's channel: dial1's is the attempt's id." }),
}).meta({ id: 'CdrLeg', description: 'How one side of an attempt ended, and who it was.' });

const { shape } = AttemptReply;

/**
 * A CDR as webhooks, Redis streams and Redis lists carry it. Stable: fields are added, never renamed or removed. Every
 * field is always present; `null` means that there is no value, or that it cannot be known. Instants are RFC 3339 in
 * UTC with milliseconds, durations integer milliseconds. The fields that an attempt of `/v1` has too come from its
 * schema, so that both stay the same.
 */
export const CdrNotification = AttemptReply.omit({ number: true, state: true })
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
    dial1: CdrLegJson,
    dial2: CdrLegJson,
    callerId: z.string().nullable().meta({
      description:
        'What dial2 saw: E.164 digits without +, or an extension, as in /v1; null: what the PBX sends by itself.',
    }),
    dial1CallerId: z.string().nullable().meta({ description: 'What dial1 saw, where it was something else.' }),
    clientInfo: z.string().nullable().meta({ description: 'What the client sent to have it back.' }),
    dueAt: Instant,
    startedAt: Instant,
    endedAt: Instant,
    lost: z.boolean().meta({ description: 'Concluded from silence: no observer knew the attempt.' }),
    call: z
      .strictObject({
        state: z.string().meta({ description: '`waiting` for a retry, or how it ended.' }),
        nextAttemptAt: Instant.nullable(),
      })
      .meta({ description: 'The call after this attempt.' }),
  })
  .meta({ id: 'Cdr', description: 'One attempt, reported once under a stable `id`: recognise repetitions by it.' });
export type CdrNotification = z.infer<typeof CdrNotification>;

/** The body of a webhook: Standard Webhooks' envelope. */
export const CdrWebhook = z
  .strictObject({ type: z.literal('cdr'), timestamp: Instant, data: CdrNotification })
  .meta({ id: 'CdrWebhook' });

export function toNotification(cdr: Cdr): CdrNotification {
  return {
    id: cdr.id,
    callId: cdr.callId,
    tenantId: cdr.tenantId,
    reference: cdr.reference,
    dialect: cdr.dialect,
    attemptNumber: cdr.attemptNumber,
    pbx: cdr.pbx,
    disposition: cdr.disposition,
    class: cdr.class,
    notSentCode: cdr.notSentCode ?? null,
    connected: cdr.connected,
    dial1: cdrLegJson(cdr.dial1, cdr.id),
    dial2: cdrLegJson(cdr.dial2, cdr.dial2.uniqueId),
    callerId: cdr.callerId ?? null,
    dial1CallerId: cdr.dial1CallerId ?? null,
    recording: cdr.recording === undefined ? null : recordingPath(cdr.id),
    dtmfDigit: cdr.dtmfDigit ?? null,
    clientInfo: cdr.clientInfo ?? null,
    dueAt: inUtc(cdr.dueAt),
    startedAt: inUtc(cdr.startedAt),
    endedAt: inUtc(cdr.endedAt),
    transferredAt: cdr.transferredAt === undefined ? null : inUtc(cdr.transferredAt),
    talkMs: cdr.talkMs,
    endedBy: cdr.endedBy,
    lost: cdr.lost,
    call: {
      state: cdr.callStatus,
      nextAttemptAt: cdr.nextAttemptAt === undefined ? null : inUtc(cdr.nextAttemptAt),
    },
  };
}

/** `writtenAt`: when the CDR was written, epoch ms. */
export function toWebhook(cdr: Cdr, writtenAt: number): z.infer<typeof CdrWebhook> {
  return { type: 'cdr', timestamp: inUtc(writtenAt), data: toNotification(cdr) };
}

function cdrLegJson(leg: CdrLeg, uniqueId: string | undefined): z.infer<typeof CdrLegJson> {
  return { destination: destinationJson(leg.destination), ...legJson(leg, inUtc), uniqueId: uniqueId ?? null };
}

function inUtc(at: number): string {
  return new Date(at).toISOString();
}
