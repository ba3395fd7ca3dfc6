import { z } from 'zod';
import { Name } from '../ids.ts';
import { RetryPolicy } from '../retry/retry-policy.ts';
import { E164Digits, Extension } from '../tenant/numbering.ts';

/**
 * The longest times that a request may have, in seconds. A ring over 5 minutes is a mistake; a call over 12 hours is a
 * leak.
 */
export const ringTimeoutSecondsMax = 300;
export const talkLimitSecondsMax = 43_200;

/** A service of the tenant's PBX, by its name in the configuration, such as a queue's. */
export const ServiceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, 'a name: letters, digits, - and _, 40 at most, such as sales');
/** A context of the PBX's own dialplan. */
export const ContextName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/, 'a context: letters, digits, - and _, 60 at most, such as main_routing');

/**
 * The target of a leg: one of the tenant's own extensions, or a number through a trunk. Or it is a service of the PBX
 * (ring group, queue, announcement, …), or digits that a context of the PBX's dialplan routes. It is resolved when the
 * call is accepted.
 */
export const Destination = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extension'), extension: Extension }),
  z.strictObject({ kind: z.literal('number'), e164: E164Digits, trunk: Name }),
  z.strictObject({ kind: z.literal('service'), service: ServiceName }),
  /** `e164`: present for an outside number. Do-not-call, windows and caps apply to it, whatever routes it. */
  z.strictObject({
    kind: z.literal('context'),
    context: ContextName,
    exten: z.string().regex(/^[0-9]{1,20}$/, 'digits'),
    e164: E164Digits.optional(),
  }),
]);
export type Destination = z.infer<typeof Destination>;

/**
 * A SIP header name or value that is safe in AMI and the dialplan. No character ends a line, starts an expression or
 * splits arguments.
 */
export const HeaderName = z
  .string()
  .regex(/^X-[A-Za-z0-9-]{1,60}$/, 'a header name that starts with X-: letters, digits and -, such as X-Campaign');
export const HeaderValue = z
  .string()
  .regex(/^[A-Za-z0-9 ._~:@+=/#*-]{0,250}$/, 'a header value of letters, digits, space and ._~:@+=/#*-, 250 at most');
/** Names are also checked against the tenant's allow-list. Asterisk would *execute* a name such as `DB(x/y)`. */
export const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,39}$/, 'a variable name: letters, digits and _, 40 at most, such as CAMPAIGN')
  .refine((name) => !/^_*REDIAL/i.test(name), 'a name that does not begin with REDIAL: those are Redial’s own');
/**
 * Plain text, or a web address. `?`, `&` and `%` are allowed in an address alone. Elsewhere they are dangerous: `1?7`
 * in an operator's `GotoIf(${FLAG}?5)` would jump to another step.
 */
export const VariableValue = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9 ._~:@+=/#*-]{0,250}|https?:\/\/[A-Za-z0-9._~:@+=/#*?&%[\]-]{1,241})$/,
    'letters, digits, space and ._~:@+=/#*-, or a web address, 250 at most',
  );

/**
 * Asterisk reads an Originate's CallerID into 256 bytes (main/manager.c). A longer one loses its end, which is the
 * number.
 */
const callerNameBytesMax = 200;

/** A name that a phone shows: letters of any script, and no character that ends a line or a quoted string. */
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

/** Text that the client wants back in the CDR. It is not sent to a PBX. */
export const ClientInfo = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,500}$/u, 'text of 1 to 500 characters, without control characters');

/** The owner of a recording: the agent's extension, or the name of the service that takes the agent's place. */
export const RecordedUnder = z.union([Extension, E164Digits, ServiceName]);

/** A caller ID: E.164 digits, or one of the tenant's extensions. */
export const CallerId = z.union([E164Digits, Extension], 'a caller ID: E.164 digits or an extension');

const headers = z
  .record(HeaderName, HeaderValue)
  .refine((h) => Object.keys(h).length <= 10, 'at most 10 headers a leg');

/** A client's own reference. Its form survives every sink and every vendor's payload unchanged. */
export const Reference = z
  .string()
  .regex(/^[A-Za-z0-9._~:-]{1,230}$/, 'letters, digits and .-_~:, 230 at most, such as order-7');

/** The one model below all dialects: a request to connect dial1 with dial2, validated and resolved for its tenant. */
export const CallRequest = z.strictObject({
  /** Rings first. */
  dial1: Destination,
  /** Rings once dial1 has answered. */
  dial2: Destination,
  /** The caller ID that dial2 sees. Absent: the PBX's default. */
  callerId: CallerId.optional(),
  /** The caller ID that dial1 sees. Absent: the same as dial2's. */
  dial1CallerId: CallerId.optional(),
  /** The caller's name that dial1 sees beside the number. */
  dial1CallerName: CallerName.optional(),
  /** dial1's own phone answers automatically. The tenant's `extensions.autoAnswer` has the settings. */
  dial1AutoAnswer: z.literal(true).optional(),
  dial1RingTimeoutSeconds: z.int().min(1).max(ringTimeoutSecondsMax),
  dial2RingTimeoutSeconds: z.int().min(1).max(ringTimeoutSecondsMax),
  /** Counted from dial2's answer. Absent: the tenant's longest call. */
  talkLimitSeconds: z.int().min(1).max(talkLimitSecondsMax),
  /** Instant (epoch ms) before which nothing rings. */
  notBeforeAt: z.int().nonnegative().optional(),
  /** Instant (epoch ms) after which no attempt starts. */
  expiresAt: z.int().nonnegative().optional(),
  retryPolicy: RetryPolicy,
  reference: Reference.optional(),
  /** More text that the client wants back in the CDR. */
  clientInfo: ClientInfo.optional(),
  /** The talk is recorded, from dial2's answer on. Absent: it is not. */
  recording: z.strictObject({ under: RecordedUnder }).optional(),
  /** A client holds its connection open for dial1's outcome, so every change of the call is announced. */
  outcomeAwaited: z.literal(true).optional(),
  variables: z.record(VariableName, VariableValue),
  headers: z.strictObject({ dial1: headers, dial2: headers }),
  /** 0 (first) to 9 (last). Within one priority, the call that is due first is dialled first. */
  priority: z.int().min(0).max(9),
});
export type CallRequest = z.infer<typeof CallRequest>;

/** The digits of a destination. A service without digits returns its name. */
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

/** The outside number that a destination rings, whatever routes it. */
export function outsideNumberOf(destination: Destination): string | undefined {
  if (destination.kind === 'number') return destination.e164;
  return destination.kind === 'context' ? destination.e164 : undefined;
}
