import { z } from 'zod';
import { CallerId, ContextName, ringTimeoutSecondsMax, talkLimitSecondsMax, VariableName } from '../call/request.ts';
import { CallingWindow } from '../gates/calling-window.ts';
import { Destinations } from '../gates/toll-destination.ts';
import { Name } from '../ids.ts';
import { RetryPolicy } from '../retry/retry-policy.ts';
import { isTimeZone } from '../time/schedule.ts';
import { limitShape } from './limit-shape.ts';
import { E164Digits, Extension, extensionShape, NumberingPlan } from './numbering.ts';
import { Service } from './service.ts';

/** A tenant's extensions: by name, by pattern, or both. Neither: numbers alone. A pattern is anchored at both ends. */
export const Extensions = z.object({
  list: z.array(Extension).default([]),
  pattern: z.string().max(100).refine(isPattern, { message: 'not a regular expression', abort: true }).optional(),
  /** How many calls of Redial's one extension may be in at once, ringing or talking. A person can take one call. */
  maxCalls: limitShape.maxCalls.default(1),
  /** Extensions with a limit of their own: a shared phone, a small office behind one number. */
  limits: z.record(Extension, z.strictObject({ maxCalls: limitShape.maxCalls })).default({}),
  /** An agent's own phone can answer automatically. Absent: it rings. */
  autoAnswer: z
    .object({
      /** True: for each call whose request does not decide it. False: only for calls that request it. */
      always: z.boolean().default(true),
    })
    .optional(),
});

/**
 * One customer of this installation, with the fields that the rules of calls need. `@redial/configuration` holds the
 * rest: keys, sinks, the channels of its phones.
 */
export const Tenant = z.object({
  id: Name,
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Africa/Johannesburg'),
  numberingPlan: NumberingPlan,
  extensions: Extensions,
  /** Trunks of the tenant. The first is the default. None: extensions only. */
  trunks: z.array(Name).default([]),
  callerIds: z
    .strictObject({
      /** Shown where a request names no caller ID. */
      default: CallerId.optional(),
      /**
       * The caller IDs that a request may name. Absent: any number and any extension. With a plan that names its
       * country, absent means the numbers of this section alone.
       */
      allowed: z.array(CallerId).optional(),
      /** Numbers from which one is drawn, where a request leaves the choice to Redial. */
      pool: z.array(E164Digits).default([]),
      /** Each agent's own outside number, by extension. An agent without one has the default. */
      agents: z.record(Extension, E164Digits).default({}),
    })
    .prefault({}),
  defaults: z
    .strictObject({
      dial1RingTimeoutSeconds: z.int().min(1).max(ringTimeoutSecondsMax).default(20),
      dial2RingTimeoutSeconds: z.int().min(1).max(ringTimeoutSecondsMax).default(30),
      talkLimitSeconds: z.int().min(1).max(talkLimitSecondsMax).default(14_400),
      retryPolicy: RetryPolicy.prefault({ maxRetries: 0, delaySeconds: 60 }),
    })
    .prefault({}),
  /** The channel variables that a request may set. */
  variables: z.array(VariableName).default([]),
  callingWindows: z.array(CallingWindow).default([]),
  doNotCall: z.array(E164Digits).default([]),
  /** The outside numbers that may be rung at all. */
  destinations: Destinations.prefault({}),
  caps: z.strictObject({ attemptsPerNumberPerDay: z.int().min(1).max(1_000).optional() }).prefault({}),
  /** No call of this tenant is dialled: its calls wait. */
  paused: z.boolean().default(false),
  quotas: z
    .strictObject({
      requestsPerMinute: z.int().min(1).max(1_000_000).default(6_000),
      /**
       * Calls that are accepted and have not ended, also those due in months. More are refused. Each takes 2.6 to 16 KB
       * of Redis' memory: docs/how-to/size-redis.md.
       */
      openCalls: z.int().min(1).max(100_000_000).default(100_000),
      /** The longest talk that a request may have. */
      talkSeconds: z.int().min(1).max(talkLimitSecondsMax).optional(),
      /** Attempts in the tenant's day, retries included. */
      callsPerDay: z.int().min(1).max(10_000_000).optional(),
      /** Minutes of talk in the tenant's day. Calls under way when they are used up go on to their end. */
      minutesPerDay: z.int().min(1).max(10_000_000).optional(),
    })
    .prefault({}),
  /**
   * Which calls are recorded, for every dialect. Absent: the dialect's own rule, else none. `outside`: calls with an
   * outside party.
   */
  recording: z.enum(['none', 'outside', 'all']).optional(),
  /** The services of the PBX that a request may name. */
  services: z.array(Service).default([]),
  /** The contexts of the PBX's own dialplan that a request may route dial1 by. */
  contexts: z.array(ContextName).default([]),
  /**
   * Settings of the vendors' APIs, by dialect. Each dialect's folder has their schema. A dialect without settings is
   * not served to the tenant.
   */
  dialects: z.record(z.string(), z.unknown()).default({}),
});
export type Tenant = z.infer<typeof Tenant>;

function isPattern(pattern: string): boolean {
  try {
    new RegExp(`^(?:${pattern})$`);
    return true;
  } catch {
    return false;
  }
}

/** Without a limit of its own: four hours, or the tenant's default where that is longer. */
export function longestTalkSeconds({ quotas, defaults }: Pick<Tenant, 'quotas' | 'defaults'>): number {
  return quotas.talkSeconds ?? Math.max(14_400, defaults.talkLimitSeconds);
}

export function hasExtension(tenant: Pick<Tenant, 'extensions'>, extension: string): boolean {
  if (!extensionShape.test(extension)) return false;
  const { list, pattern } = tenant.extensions;
  return list.includes(extension) || (pattern !== undefined && anchored(pattern).test(extension));
}

/**
 * Each pattern is compiled once: a batch needs it twice for each of its calls. Holds one entry for each configured
 * pattern.
 */
const compiled = new Map<string, RegExp>();

function anchored(pattern: string): RegExp {
  const known = compiled.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  compiled.set(pattern, known);
  return known;
}
