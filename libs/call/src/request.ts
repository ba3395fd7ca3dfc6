import { z } from 'zod';
import { Name } from './ids.ts';
import { E164Digits, Extension } from './numbering.ts';
import { RetryPolicy } from './retry-policy.ts';

/** Longest times a caller may ask for, in seconds: a ring longer than 5 minutes is a mistake, a call longer than 12 hours a leak. */
export const ringTimeoutSecondsMax = 300;
export const talkLimitSecondsMax = 43_200;

/** Where a leg goes: one of the tenant's own extensions, or a number through a trunk. Resolved when the call is accepted. */
export const Destination = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extension'), extension: Extension }),
  z.strictObject({ kind: z.literal('number'), e164: E164Digits, trunk: Name }),
]);
export type Destination = z.infer<typeof Destination>;

/** A SIP header name or value that can cross AMI and the dialplan: nothing that ends a line, starts an expression or splits arguments. */
export const HeaderName = z
  .string()
  .regex(/^X-[A-Za-z0-9-]{1,60}$/, 'a header name that starts with X-: letters, digits and -');
export const HeaderValue = z
  .string()
  .regex(/^[A-Za-z0-9 ._~:@+=/#*-]{0,250}$/, 'a header value of letters, digits, space and ._~:@+=/#*-, 250 at most');
/** Names are checked against the tenant's allow-list as well; a name such as `DB(x/y)` would be *executed* by Asterisk. */
export const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,39}$/, 'a variable name: letters, digits and _')
  .refine((name) => !/^_*REDIAL/i.test(name), 'not a name that begins with REDIAL: those are Redial’s own');
export const VariableValue = HeaderValue;

/** A caller ID: E.164 digits, or one of the tenant's extensions. */
export const CallerId = z.union([E164Digits, Extension], 'a caller ID: E.164 digits or an extension');

const headers = z
  .record(HeaderName, HeaderValue)
  .refine((h) => Object.keys(h).length <= 10, 'at most 10 headers a leg');

/** A client's own reference: any form that survives every sink and vendor payload unchanged. */
export const Reference = z.string().regex(/^[A-Za-z0-9._~:-]{1,230}$/, 'letters, digits and .-_~:, 230 at most');

/** The one model under all dialects: a request to connect dial1 with dial2, validated and resolved against its tenant. */
export const CallRequest = z.strictObject({
  /** Rings first. */
  dial1: Destination,
  /** Rings once dial1 has answered. */
  dial2: Destination,
  /** What dial2 sees; absent: what the PBX sends by itself. */
  callerId: CallerId.optional(),
  /** What dial1 sees; absent: the same as dial2 sees. */
  dial1CallerId: CallerId.optional(),
  dial1RingTimeoutSeconds: z.int().min(1).max(ringTimeoutSecondsMax),
  dial2RingTimeoutSeconds: z.int().min(1).max(ringTimeoutSecondsMax),
  /** From dial2's answer; absent: the tenant's longest call. */
  talkLimitSeconds: z.int().min(1).max(talkLimitSecondsMax),
  /** Instant (epoch ms) before which nothing rings. */
  notBeforeAt: z.int().nonnegative().optional(),
  /** Instant (epoch ms) after which no attempt starts. */
  expiresAt: z.int().nonnegative().optional(),
  retryPolicy: RetryPolicy,
  reference: Reference.optional(),
  variables: z.record(VariableName, VariableValue),
  headers: z.strictObject({ dial1: headers, dial2: headers }),
  /** 0 (first) to 9 (last); within one priority, first due is first dialled. */
  priority: z.int().min(0).max(9),
});
export type CallRequest = z.infer<typeof CallRequest>;

/** What a person may see of a destination in a dashboard or log. */
export function destinationDigits(destination: Destination): string {
  return destination.kind === 'extension' ? destination.extension : destination.e164;
}
