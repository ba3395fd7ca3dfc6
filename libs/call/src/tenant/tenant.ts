import { z } from 'zod';
import { CallerId, ContextName, ringTimeoutSecondsMax, talkLimitSecondsMax, VariableName } from '../call/request.ts';
import { CallingWindow } from '../gates/calling-window.ts';
import { Destinations } from '../gates/toll-destination.ts';
import { Name } from '../ids.ts';
import { RetryPolicy } from '../retry/retry-policy.ts';
import { isTimeZone } from '../time/schedule.ts';
import { eachRepeated } from '../validation/each-repeated.ts';
import { autoAnswerHeaders } from './auto-answer.ts';
import { channelTemplate } from './channel.ts';
import { canBeRungByRedial } from './extension-channel.ts';
import { limitShape } from './limit-shape.ts';
import { E164Digits, Extension, extensionShape, NumberingPlan } from './numbering.ts';
import { Origin } from './origin.ts';
import { ServiceConfiguration } from './service.ts';
import { SinkConfiguration } from './sink-configuration.ts';

const longestExtension = '9'.repeat(8);

export const ApiKeyConfiguration = z.strictObject({
  name: Name,
  /** SHA-256 of the key, in hex. The key itself is random and long, so that a fast hash is enough. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex: 64 digits of 0-9 and a-f'),
});

/** A campaign's verified caller ID, for click2dial's `tvc_<campaign>`. */
const campaignName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,60}$/, 'a campaign: letters, digits, - and _, 60 at most, such as spring');

/** One customer of this installation. */
export const Tenant = z
  .strictObject({
    id: Name,
    timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Africa/Johannesburg'),
    apiKeys: z.array(ApiKeyConfiguration).min(1),
    numberingPlan: NumberingPlan,
    extensions: z.strictObject({
      /** Extensions by name, by pattern, or both; neither: numbers alone. A pattern is anchored at both ends. */
      list: z.array(Extension).default([]),
      pattern: z.string().max(100).refine(isPattern, { message: 'not a regular expression', abort: true }).optional(),
      /** AMI channel with `{extension}`. */
      channel: channelTemplate('extension', longestExtension).default('PJSIP/{extension}'),
      /** Of several devices that are registered on an extension. */
      ring: z.enum(['first', 'all']).default('first'),
      /** Whether a phone's forward (302) is followed, by the PBX's own dialplan. */
      forwards: z.enum(['refuse', 'connect']).default('refuse'),
      /** Calls of Redial's that one extension may be in at once, ringing or talking: a person has one ear. */
      maxCalls: limitShape.maxCalls.default(1),
      /** Extensions that differ: a shared phone, a small office behind one number. */
      limits: z.record(Extension, z.strictObject({ maxCalls: limitShape.maxCalls })).default({}),
      /** The header of dial1's INVITE that has an agent's own phone answer by itself. Absent: it rings. */
      autoAnswer: z
        .strictObject({
          header: z.enum(autoAnswerHeaders),
          /** For every call whose request says nothing of it; false: for those alone that ask. */
          always: z.boolean().default(true),
        })
        .optional(),
    }),
    /** Trunks of the tenant; the first is the default. None: extensions only. */
    trunks: z.array(Name).default([]),
    callerIds: z
      .strictObject({
        /** Shown where a request names none. */
        default: CallerId.optional(),
        /** What a request may ask for. Absent: any number and any extension; of a plan that names its country, the numbers named here alone. */
        allowed: z.array(CallerId).optional(),
        /** Drawn from by click2dial's `random`. */
        pool: z.array(E164Digits).default([]),
        campaigns: z.record(campaignName, E164Digits).default({}),
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
        /** Calls accepted and not ended, those due in months among them. More are refused. Each takes 2.6 to 16 KB of Redis' memory: docs/operations.md, sizing. */
        openCalls: z.int().min(1).max(100_000_000).default(100_000),
        /** Longest talk, whatever a request asks for. */
        talkSeconds: z.int().min(1).max(talkLimitSecondsMax).optional(),
        /** Attempts in the tenant's day, retries among them. */
        callsPerDay: z.int().min(1).max(10_000_000).optional(),
        /** Talk of the tenant's day; calls under way when it is used up go on to their end. */
        minutesPerDay: z.int().min(1).max(10_000_000).optional(),
      })
      .prefault({}),
    /** Pages in a browser that may read this tenant's answers, by their origin. None: no page of another site may. */
    cors: z.strictObject({ origins: z.array(Origin).max(100).default([]) }).prefault({}),
    /** What is recorded, for every dialect. Absent: what the dialect itself says, else nothing. `outside`: calls with an outside party. */
    recording: z.enum(['none', 'outside', 'all']).optional(),
    /** Services of the PBX that a request may name. */
    services: z.array(ServiceConfiguration).default([]),
    /** Contexts of the PBX's own dialplan that a request may route dial1 by. */
    contexts: z.array(ContextName).default([]),
    /** Settings of the vendors' APIs by dialect; each dialect's folder has their schema. A dialect that is not named is not served to the tenant. */
    dialects: z.record(z.string(), z.unknown()).default({}),
    sinks: z.array(SinkConfiguration).default([]),
  })
  .superRefine((tenant, context) => {
    for (const { path, message } of faultsOf(tenant)) context.addIssue({ code: 'custom', path: [...path], message });
  });
export type Tenant = z.infer<typeof Tenant>;

interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What the fields of a tenant, each right by itself, say against each other. */
function faultsOf(tenant: Tenant): Fault[] {
  const faults: Fault[] = [];
  const fault = (path: Fault['path'], message: string) => faults.push({ path, message });
  const { sinks, services, callerIds } = tenant;
  eachRepeated(
    sinks.map((s) => s.name),
    (i) => fault(['sinks', i, 'name'], 'another sink of the tenant has this name'),
  );
  eachRepeated(
    services.map((s) => s.name),
    (i) => fault(['services', i, 'name'], 'another service of the tenant has this name'),
  );
  eachRepeated(
    services.map((s) => s.code),
    (i) => fault(['services', i, 'code'], 'another service of the tenant has this code'),
  );
  for (const field of extensionSettingsOf(tenant)) {
    fault(
      ['extensions', field],
      "needs an extensions.channel of the form PJSIP/{extension}, with letters, digits, -, _ or # around it: Redial's own context rings the phones of a PJSIP endpoint alone",
    );
  }
  for (const extension of Object.keys(callerIds.agents)) {
    if (!hasExtension(tenant, extension))
      fault(['callerIds', 'agents', extension], 'is not an extension of the tenant');
  }
  for (const extension of Object.keys(tenant.extensions.limits)) {
    if (!hasExtension(tenant, extension))
      fault(['extensions', 'limits', extension], 'is not an extension of the tenant');
  }
  services.forEach((service, s) => {
    for (const { path, message } of faultsOfService(service, tenant)) fault(['services', s, ...path], message);
  });
  return faults;
}

/** Settings that another channel than a PJSIP endpoint's cannot have. */
function extensionSettingsOf({ extensions: { channel, ring, forwards } }: Tenant): ('ring' | 'forwards')[] {
  if (canBeRungByRedial(channel)) return [];
  return [...(ring === 'all' ? ['ring' as const] : []), ...(forwards === 'connect' ? ['forwards' as const] : [])];
}

/** Whoever writes the digits of an extension or of a number means that: a service of the same digits would never be reached, or hide it. */
function faultsOfService(service: ServiceConfiguration, tenant: Tenant): Fault[] {
  const faults: Fault[] = [];
  const { name, code } = service;
  if (hasExtension(tenant, name)) faults.push({ path: ['name'], message: 'is an extension of the tenant' });
  if (code !== undefined && hasExtension(tenant, code)) {
    faults.push({ path: ['code'], message: 'is an extension of the tenant' });
  }
  for (const [key, target] of Object.entries(service.kind === 'message' ? (service.keys ?? {}) : {})) {
    const rung = tenant.services.some((other) => other.name === target && other.kind !== 'message');
    if (!rung && !hasExtension(tenant, target)) {
      faults.push({ path: ['keys', key], message: 'is neither an extension nor a service with a phone behind it' });
    }
  }
  return faults;
}

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
export function hasExtension(tenant: Tenant, extension: string): boolean {
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
