import { z } from 'zod';
import { Name } from '../ids.ts';
import { RetryPolicy } from '../retry/retry-policy.ts';
import { E164Digits, Extension } from '../tenant/numbering.ts';

/** Longest times a caller may ask for, in seconds: a ring longer than 5 minutes is a mistake, a call longer than 12 hours a leak. */
export const ringTimeoutSecondsMax = 300;
export const talkLimitSecondsMax = 43_200;

/** A service of the tenant's PBX by the name that the configuration gives it, such as a queue's. */
export const ServiceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, 'a name: letters, digits, - and _, 40 at most, such as sales');
/** A context of the PBX's own dialplan. */
export const ContextName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/, 'a context: letters, digits, - and _, 60 at most, such as main_routing');

/**
 * Where a leg goes: one of the tenant's own extensions, a number through a trunk, a service of the PBX (ring group, queue, message, …), or
 * digits that a context of the PBX's dialplan routes. Resolved when the call is accepted.
 */
export const Destination = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extension'), extension: Extension }),
  z.strictObject({ kind: z.literal('number'), e164: E164Digits, trunk: Name }),
  z.strictObject({ kind: z.literal('service'), service: ServiceName }),
  /** `e164` where it is an outside number: whatever routes it, do-not-call, windows and caps hold for it. */
  z.strictObject({
    kind: z.literal('context'),
    context: ContextName,
    exten: z.string().regex(/^[0-9]{1,20}$/, 'digits'),
    e164: E164Digits.optional(),
  }),
]);
export type Destination = z.infer<typeof Destination>;

/** A SIP header name or value that can cross AMI and the dialplan: nothing that ends a line, starts an expression or splits arguments. */
export const HeaderName = z
  .string()
  .regex(/^X-[A-Za-z0-9-]{1,60}$/, 'a header name that starts with X-: letters, digits and -, such as X-Campaign');
export const HeaderValue = z
  .string()
  .regex(/^[A-Za-z0-9 ._~:@+=/#*-]{0,250}$/, 'a header value of letters, digits, space and ._~:@+=/#*-, 250 at most');
/** Names are checked against the tenant's allow-list as well; a name such as `DB(x/y)` would be *executed* by Asterisk. */
export const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,39}$/, 'a variable name: letters, digits and _, 40 at most, such as CAMPAIGN')
  .refine((name) => !/^_*REDIAL/i.test(name), 'a name that does not begin with REDIAL: those are Redial’s own');
/**
 * Plain text, or a web address: in one, `?`, `&` and `%` are ordinary. Elsewhere they are not: `1?7` in an operator's `GotoIf(${FLAG}?5)` would be
 * a way to another step.
 */
export const VariableValue = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9 ._~:@+=/#*-]{0,250}|https?:\/\/[A-Za-z0-9._~:@+=/#*?&%[\]-]{1,241})$/,
    'letters, digits, space and ._~:@+=/#*-, or a web address, 250 at most',
  );

/** Asterisk reads an Originate's CallerID into 256 bytes (main/manager.c): beyond them the number, which comes last, is lost. */
const callerNameBytesMax = 200;

/** A name that a phone shows: letters of any script, and nothing that ends a line or a quoted string. */
export const CallerName = z
  .string()
  .regex(/^[\p{L}\p{N}“„«‘[][\p{L}\p{M}\p{N} .'’_@+/%[\]°´“”„«»‘€£¥©®™§№ºª-]{0,79}$/u, {
    error: "a name of letters, digits, space and .'’_@+/-%[]°´“”, 80 at most",
    abort: true,
  })
  .refine(
    (name) => new TextEncoder().encode(name).length <= callerNameBytesMax,
    `must be at most ${callerNameBytesMax} bytes of UTF-8`,
  );

/** What a client wants to find again in the CDR. It reaches no PBX. */
export const ClientInfo = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,500}$/u, 'text of 1 to 500 characters, without control characters');

/** Whose a recording is: the agent's extension, or the name of the service that takes the agent's place. */
export const RecordedUnder = z.union([Extension, E164Digits, ServiceName]);

/** A caller ID: E.164 digits, or one of the tenant's extensions. */
export const CallerId = z.union([E164Digits, Extension], 'a caller ID: E.164 digits or an extension');

const headers = z
  .record(HeaderName, HeaderValue)
  .refine((h) => Object.keys(h).length <= 10, 'at most 10 headers a leg');

/** A client's own reference: any form that survives every sink and vendor payload unchanged. */
export const Reference = z
  .string()
  .regex(/^[A-Za-z0-9._~:-]{1,230}$/, 'letters, digits and .-_~:, 230 at most, such as order-7');

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
  /** Shown to dial1 beside it. */
  dial1CallerName: CallerName.optional(),
  /** dial1's own phone answers by itself, as the tenant's `extensions.autoAnswer` says it. */
  dial1AutoAnswer: z.literal(true).optional(),
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
  /** What else the client wants back in the CDR. */
  clientInfo: ClientInfo.optional(),
  /** What both sides say is recorded from dial2's answer on. Absent: it is not. */
  recording: z.strictObject({ under: RecordedUnder }).optional(),
  /** A client holds its connection open for dial1's outcome: whatever becomes known of the call is announced. */
  outcomeAwaited: z.literal(true).optional(),
  variables: z.record(VariableName, VariableValue),
  headers: z.strictObject({ dial1: headers, dial2: headers }),
  /** 0 (first) to 9 (last); within one priority, first due is first dialled. */
  priority: z.int().min(0).max(9),
});
export type CallRequest = z.infer<typeof CallRequest>;

/** The digits of a destination; a service's name where it has none. */
export function destinationDigits(destination: Destination): string {
  switch (destination.kind) {
    case 'extension':
      return destination.extension;
    case 'number':
      return destination.e164;
    case 'service':
      return destination.service;
    case 'context':
      return destination.e164 ?? destination.exten;
  }
}

/** The outside number that a destination rings, however it is routed. */
export function outsideNumberOf(destination: Destination): string | undefined {
  if (destination.kind === 'number') return destination.e164;
  return destination.kind === 'context' ? destination.e164 : undefined;
}
