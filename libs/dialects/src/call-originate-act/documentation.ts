import { z } from 'zod';
import type { DialectDocumentation } from '../dialect.ts';
import { exampleIds as ids } from '../shared/example-ids.ts';
import { OriginatedCall } from './schema.ts';
import { actDispositions } from './to-notification.ts';

const originated = 'orig.call.1703145054.787335';
const answer = <Data extends z.ZodType, Message extends z.ZodType>(
  success: 0 | 1,
  message: Message,
  data: Data,
  id: string,
) => z.strictObject({ success: z.literal(success), message, data }).meta({ id });
const Time = z.string().meta({ description: 'YYYY-MM-DD HH:mm:ss.ffffff, in UTC.' });

export const documentation: DialectDocumentation = {
  description: "call/originate/act of the vendor's API v4.",
  security: {
    key: { type: 'apiKey', in: 'header', name: 'X-APIKEY' },
    login: { type: 'http', scheme: 'basic' },
  },
  fields: OriginatedCall,
  summary: 'Ring the caller, then the callee',
  example: {
    caller: '557',
    callee: '552',
    context: 'main_routing',
    caller_id: '557',
    trunk_name: 'cisco',
    timeout: '30',
  },
  answers: {
    'application/json': {
      schema: answer(1, z.null(), z.strictObject({ originated_call_id: z.string() }), 'ActAccepted'),
      example: { success: 1, message: null, data: { originated_call_id: originated } },
    },
  },
  refusal: {
    schema: answer(0, z.string(), z.null(), 'ActRefused'),
    example: { success: 0, message: 'BasicAuth or ApiKey is missing/invalid', data: null },
  },
  notifications: {
    'call-originate-act': {
      summary: "The vendor's event Cdr",
      schema: z
        .strictObject({
          event_name: z.literal('Cdr'),
          starttime: Time,
          endtime: Time,
          src: z.string(),
          dst: z.string(),
          type: z.enum(['outgoing', 'local']),
          disposition: z.enum(actDispositions),
          duration: z.int(),
          billsec: z.int(),
          wait: z.int(),
          record: z.string(),
          unique_id: z.string(),
          cuid: z.string(),
          originated_call_id: z.string(),
        })
        .meta({ id: 'ActCdr' }),
      example: {
        ...{ event_name: 'Cdr', starttime: '2026-11-30 09:00:00.040000', endtime: '2026-11-30 09:00:14.310000' },
        ...{ src: '557', dst: '552', type: 'local', disposition: 'ANSWERED', duration: 14, billsec: 10, wait: 4 },
        ...{ record: '', unique_id: ids.attempt, cuid: ids.call, originated_call_id: originated },
      },
    },
  },
};
