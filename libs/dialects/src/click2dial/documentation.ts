import { z } from 'zod';
import type { DialectDocumentation } from '../dialect.ts';
import { exampleIds as ids } from '../shared/example-ids.ts';
import { Click2dialCall } from './schema.ts';

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
};
