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

/** The extensions of a tenant, by name, by pattern, or both; neither: numbers alone. A pattern is anchored at both ends. */
export const Extensions = z.object({
  list: z.array(Extension).default([]),
  pattern: z.string().max(100).refine(isPattern, { message: 'not a regular expression', abort: true }).optional(),
  /** Calls of Redial's that one extension may be in at once, ringing or talking: a person has one ear. */
  maxCalls: limitShape.maxCalls.default(1),
  /** Extensions that differ: a shared phone, a small office behind one number. */
  limits: z.record(Extension, z.strictObject({ maxCalls: limitShape.maxCalls })).default({}),
  /** An agent's own phone can answer by itself. Absent: it rings. */
  autoAnswer: z
    .object({
      /** For every call whose request says nothing of it; false: for those alone that request it. */
      always: z.boolean().default(true),
    })
    .optional(),
});

/**
 * One customer of this installation, as far as the rules of calls need it. The configuration file holds more of each tenant: keys,
 * sinks, the channels of its phones. That is in `@redial/configuration`.
 */
export const Tenant = z.object({
  id: Name,
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Africa/Johannesburg'),
  numberingPlan: NumberingPlan,
  extensions: Extensions,
  /** Trunks of the tenant; the first is the default. None: extensions only. */
  trunks: z.array(Name).default([]),
  callerIds: z
    .strictObject({
      /** Shown where a request names none. */
      default: CallerId.optional(),
      /** What a request may ask for. Absent: any number and any extension; of a plan that names its country, the numbers named here alone. */
      allowed: z.array(CallerId).optional(),
      /** Numbers from which one is drawn, where a request wants any. */
      pool: z.array(E164Digits).default([]),
      /** Each agent's own outside number, by extension; an agent without one has the default. */
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
  /** Channel variables a request may set. */
  variables: z.array(VariableName).default([]),
  callingWindows: z.array(CallingWindow).default([]),
  doNotCall: z.array(E164Digits).default([]),
  /** Outside numbers that may be rung at all. */
  destinations: Destinations.prefault({}),
  caps: z.strictObject({ attemptsPerNumberPerDay: z.int().min(1).max(1_000).optional() }).prefault({}),
  /** Nothing of this tenant is dialled; its calls wait. */
  paused: z.boolean().default(false),
  quotas: z
    .strictObject({
      requestsPerMinute: z.int().min(1).max(1_000_000).default(6_000),
      /** Calls accepted and not ended, those due in months among them. More are refused. Each takes 2.6 to 16 KB of Redis' memory: docs/how-to/size-redis.md. */
      openCalls: z.int().min(1).max(100_000_000).default(100_000),
      /** Longest talk, whatever a request asks for. */
      talkSeconds: z.int().min(1).max(talkLimitSecondsMax).optional(),
      /** Attempts in the tenant's day, retries among them. */
      callsPerDay: z.int().min(1).max(10_000_000).optional(),
      /** Talk of the tenant's day; calls under way when it is used up go on to their end. */
      minutesPerDay: z.int().min(1).max(10_000_000).optional(),
    })
    .prefault({}),
  /** What is recorded, for every dialect. Absent: what the dialect itself says, else nothing. `outside`: calls with an outside party. */
  recording: z.enum(['none', 'outside', 'all']).optional(),
  /** Services of the PBX that a request may name. */
  services: z.array(Service).default([]),
  /** Contexts of the PBX's own dialplan that a request may route dial1 by. */
  contexts: z.array(ContextName).default([]),
  /** Settings of the vendors' APIs by dialect; each dialect's folder has their schema. A dialect that is not named is not served to the tenant. */
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

/** Without a limit of its own: four hours, or what the tenant's default is beyond them. */
export function longestTalkSeconds({ quotas, defaults }: Pick<Tenant, 'quotas' | 'defaults'>): number {
  return quotas.talkSeconds ?? Math.max(14_400, defaults.talkLimitSeconds);
}

/** Whether the tenant has this extension. */
export function hasExtension(tenant: Pick<Tenant, 'extensions'>, extension: string): boolean {
  if (!extensionShape.test(extension)) return false;
  const { list, pattern } = tenant.extensions;
  return list.includes(extension) || (pattern !== undefined && anchored(pattern).test(extension));
}

/** Compiled once: a batch asks twice for each of its calls. As many entries as the configuration has patterns. */
const compiled = new Map<string, RegExp>();

function anchored(pattern: string): RegExp {
  const known = compiled.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  compiled.set(pattern, known);
  return known;
}
