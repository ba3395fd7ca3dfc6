import { z } from 'zod';
import type { DialectDocumentation } from '../dialect.ts';
import { exampleIds as ids } from '../shared/example-ids.ts';
import { endReasons } from './end-of-call.ts';
import { Click2dialCall } from './schema.ts';

const EndReason = z.enum(endReasons);
const Extension = z.string().nullable().meta({ description: 'The agent; null when nobody took the call.' });
const Recording = z.string().nullable().meta({ description: 'As /click2dial/recordings/{ref} takes it.' });

const Notification = z
  .strictObject({
    type: z.literal('cdr'),
    payload: z.strictObject({
      extension: Extension,
      number: z.string(),
      dial_number: z.string().nullable(),
      call_ref: z.string(),
      contact_ref: z.string(),
      dialed_at: z.int().meta({ description: 'Unix seconds.' }),
      end_reason: EndReason,
      end_code: z.int(),
      call_time: z.int().meta({ description: 'Seconds, ringing included.' }),
      hold_time: z.int(),
      call_dir: z.literal('outbound'),
      recording_url: Recording,
      ref: z.literal('click-dial'),
    }),
  })
  .meta({ id: 'Click2dialNotification' });

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

export const documentation: DialectDocumentation = {
  description: 'click2dial, v2 to v4.',
  security: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
  fields: Click2dialCall.omit({ api_key: true }),
  summary: 'Ring the agent, then the callee',
  example: { agent: '1001', callee: '0820001234', outbound_id: '27110001111', contact_ref: 'AbC123' },
  answers: {
    'application/json': {
      schema: z
        .strictObject({ success: z.literal(true), call_ref: z.string(), contact_ref: z.string() })
        .meta({ id: 'Click2dialAccepted' }),
      example: { success: true, call_ref: ids.call, contact_ref: 'AbC123' },
    },
  },
  refusal: {
    schema: z
      .strictObject({
        success: z.literal(false),
        message: z.string(),
        errors: z.array(z.strictObject({ field: z.string(), message: z.string() })),
      })
      .meta({ id: 'Click2dialRefused' }),
    example: {
      success: false,
      message: 'At least one field is wrong; nothing was accepted.',
      errors: [{ field: 'callee', message: 'is required' }],
    },
  },
  notifications: {
    click2dial: {
      summary: 'An entry of enigma:notifications:cdr',
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
  },
};
