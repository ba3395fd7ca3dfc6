import { z } from 'zod';
import type { DialectDocumentation } from '../dialect.ts';
import { destinationTypes, OriginateCallData } from './schema.ts';

const { shape } = OriginateCallData;
const text = (description: string) => z.string().meta({ description });

/** The same as `OriginateCallData`, in the types of JSON: a form parser reads every value as text. */
const Data = z.strictObject({
  project_id: z.union([z.string(), z.int()]).meta({ description: 'One of your projects.' }),
  caller_id: text("The customer's number."),
  caller_id_name: text("The customer's name, which the agent sees."),
  type: z.enum(destinationTypes),
  destination: text('Which user, queue or context.'),
  external_id: shape.external_id,
  external_info: text('What you want back in the CDR.').optional(),
  async: z
    .union([z.enum(['0', '1', 'true', 'false']), z.int().min(0).max(1), z.boolean()])
    .optional()
    .meta({ description: '0: the answer waits for the agent. 1 without it.' }),
  outbound_number: text('What the customer sees.').optional(),
  outbound_trunk: text('One of your trunks.').optional(),
  vars: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .meta({ description: 'Channel variables on your allow-list.' }),
});

const Answer = (has_error: boolean, id: string) =>
  z
    .strictObject({ has_error: z.literal(has_error), messages: z.array(z.string()), results: z.array(z.string()) })
    .meta({ id });

export const documentation: DialectDocumentation = {
  description:
    "originate-call. Signed requests (`api_username`, `api_password`, `api_hash`) are the vendor's own way; the key alone, as a bearer token, is taken too.",
  security: { bearer: { type: 'http', scheme: 'bearer', description: 'Your api_key.' } },
  fields: z.strictObject({ data: Data }),
  summary: 'Ring a user, queue or context, then the customer',
  example: {
    data: {
      ...{ project_id: '1', caller_id: '0820001234', caller_id_name: 'John Doe', type: 'queue' },
      ...{ destination: 'test-queue', external_id: 'asdf1234' },
    },
  },
  answers: {
    'application/json': {
      schema: Answer(false, 'OriginateCallAccepted'),
      example: { has_error: false, messages: [], results: ['Call successfully originated for queue: test-queue'] },
    },
  },
  refusal: {
    schema: Answer(true, 'OriginateCallRefused'),
    example: { has_error: true, messages: ['Invalid Queue. Check if pbx queue exists'], results: [] },
  },
};
