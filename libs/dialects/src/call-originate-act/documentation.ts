import { z } from 'zod';
import type { DialectDocumentation } from '../dialect.ts';
import { OriginatedCall } from './schema.ts';

const originated = 'orig.call.1703145054.787335';
const answer = <Data extends z.ZodType, Message extends z.ZodType>(
  success: 0 | 1,
  message: Message,
  data: Data,
  id: string,
) => z.strictObject({ success: z.literal(success), message, data }).meta({ id });

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
};
