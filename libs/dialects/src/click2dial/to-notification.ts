import { type Cdr, destinationDigits } from '@redial/call';
import { z } from 'zod';
import type { NotificationFormat } from '../dialect.ts';
import { exampleIds as ids } from '../shared/example-ids.ts';
import { endOfCall, endReasons } from './end-of-call.ts';

const Extension = z.string().nullable().meta({ description: 'The agent; null if no agent answered.' });
const EndReason = z.enum(endReasons);
const Recording = z
  .string()
  .nullable()
  .meta({ description: 'As /click2dial/recordings/{ref} takes it; null where there is none.' });

/** One entry of the Redis list `enigma:notifications:cdr`, from v3.0.0 on: one for each attempt, answered or not. */
const Notification = z
  .strictObject({
    type: z.literal('cdr'),
    payload: z.strictObject({
      extension: Extension,
      number: z.string().meta({ description: 'The number that was dialled.' }),
      dial_number: z.string().nullable().meta({ description: 'The caller ID that the callee saw.' }),
      call_ref: z.string().meta({ description: "Redial's id of the call, as the answer to the request had it." }),
      contact_ref: z.string(),
      dialed_at: z.int().meta({ description: 'Unix seconds.' }),
      end_reason: EndReason,
      end_code: z.int(),
      call_time: z.int().meta({ description: 'Seconds, ringing and holding included.' }),
      hold_time: z.int().meta({ description: 'Seconds. Always 0: holding counts as talking.' }),
      call_dir: z.literal('outbound'),
      recording_url: Recording,
      ref: z.literal('click-dial'),
    }),
  })
  .meta({ id: 'Click2dialNotification' });

/** One entry of `enigma:notifications:c2d`, which the vendor has deprecated. */
const C2dNotification = z
  .strictObject({
    notifications: z.array(
      z.strictObject({
        extension: Extension,
        disposition: EndReason,
        call_ref: z.string(),
        end_code: z.int(),
        recording_url: Recording,
      }),
    ),
  })
  .meta({ id: 'Click2dialC2dNotification' });

export function toNotification(cdr: Cdr): z.infer<typeof Notification> {
  return {
    type: 'cdr',
    payload: {
      extension: agentOf(cdr),
      number: destinationDigits(cdr.dial2.destination),
      dial_number: cdr.callerId ?? null,
      call_ref: cdr.callId,
      contact_ref: cdr.reference,
      dialed_at: Math.floor(cdr.startedAt / 1000),
      ...endOfCall(cdr),
      call_time: Math.max(0, Math.round((cdr.endedAt - cdr.startedAt) / 1000)),
      hold_time: 0,
      call_dir: 'outbound',
      recording_url: recordingRef(cdr),
      ref: 'click-dial',
    },
  };
}

/** The list is older than `contact_ref`: its `call_ref` is the reference that the client gave. */
export function toC2dNotification(cdr: Cdr): z.infer<typeof C2dNotification> {
  const { end_reason: disposition, end_code } = endOfCall(cdr);
  return {
    notifications: [
      { extension: agentOf(cdr), disposition, call_ref: cdr.reference, end_code, recording_url: recordingRef(cdr) },
    ],
  };
}

export const notifications: Readonly<Record<string, NotificationFormat>> = {
  click2dial: {
    summary: 'An entry of enigma:notifications:cdr',
    toNotification,
    schema: Notification,
    example: {
      type: 'cdr',
      payload: {
        ...{ extension: '1001', number: '27820001234', dial_number: '27110001111' },
        ...{ call_ref: ids.call, contact_ref: 'AbC123', dialed_at: 1_796_029_200 },
        ...{ end_reason: 'callee_hungup', end_code: 16, call_time: 14, hold_time: 0, call_dir: 'outbound' },
        ...{ recording_url: ids.attempt, ref: 'click-dial' },
      },
    },
  },
  'click2dial-c2d': {
    summary: 'An entry of enigma:notifications:c2d, which the vendor has deprecated',
    toNotification: toC2dNotification,
    schema: C2dNotification,
    example: {
      notifications: [
        {
          ...{ extension: '1001', disposition: 'callee_hungup', call_ref: 'AbC123' },
          ...{ end_code: 16, recording_url: ids.attempt },
        },
      ],
    },
  },
};

function agentOf(cdr: Cdr): string | null {
  return cdr.dial1.disposition === 'answered' ? destinationDigits(cdr.dial1.destination) : null;
}

function recordingRef(cdr: Cdr): string | null {
  return cdr.recording === undefined ? null : cdr.id;
}
