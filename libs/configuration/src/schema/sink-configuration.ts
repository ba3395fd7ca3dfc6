import { Name } from '@redial/call';
import { z } from 'zod';

/** The format of the CDRs: `redial` is the public one, the others are the dialects'. */
const format = Name.default('redial');

/** Where a tenant's CDRs go. `name` is part of the delivery's id. */
export const SinkConfiguration = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('redis-list'),
    name: Name,
    key: z.string().min(1).max(200),
    /** The side of the list that Redial pushes to. Consumers pop from the other, so that first in is first out. */
    push: z.enum(['left', 'right']).default('left'),
    format,
  }),
  z.strictObject({
    type: z.literal('redis-stream'),
    name: Name,
    key: z.string().min(1).max(200),
    /** The stream's approximate length. Older entries are trimmed. */
    maxLength: z.int().min(100).max(10_000_000).default(100_000),
  }),
  z.strictObject({
    type: z.literal('webhook'),
    name: Name,
    url: z.url({ protocol: /^https?$/, error: 'an address such as https://crm.example/hook' }),
    /** Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes. */
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'a Standard Webhooks secret: whsec_ and base64 of 24 to 64 bytes'),
    timeoutSeconds: z.int().min(1).max(60).default(15),
    format,
  }),
]);
export type SinkConfiguration = z.infer<typeof SinkConfiguration>;
