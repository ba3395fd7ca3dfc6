import { z } from 'zod';
import { CallingWindow } from './calling-window.ts';
import { isDialableChannel } from './channel.ts';
import { Name } from './ids.ts';
import { E164Digits, Extension, extensionShape, NumberingPlan } from './numbering.ts';
import { CallerId, ringTimeoutSecondsMax, talkLimitSecondsMax, VariableName } from './request.ts';
import { RetryPolicy } from './retry-policy.ts';
import { isTimeZone } from './schedule.ts';

/** How many calls may be under way at once, and how many may start in a second: the pacing, so that Asterisk never is. */
const LaneLimits = {
  maxCalls: z.int().min(1).max(10_000),
  maxCallsPerSecond: z.number().min(0.01).max(1_000),
};

/** A port; as text too, because that is what an environment variable gives. */
const port = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^[0-9]{1,5}$/)
        .transform(Number),
    ],
    'a port: 1 to 65535',
  )
  .pipe(z.int().min(1, 'a port: 1 to 65535').max(65_535, 'a port: 1 to 65535'));

/** One Asterisk. */
export const PbxConfiguration = z.strictObject({
  name: Name,
  host: z.string().min(1),
  port: port.default(5038),
  username: z.string().min(1),
  secret: z.string().min(1),
  maxCalls: LaneLimits.maxCalls.default(1_000),
  maxCallsPerSecond: LaneLimits.maxCallsPerSecond.default(100),
});
export type PbxConfiguration = z.infer<typeof PbxConfiguration>;

/** The only characters an operator's channel template may hold: none that splits destinations or starts an expression. */
const channelTemplate = (placeholder: string) =>
  z
    .string()
    .refine((t) => t.split(`{${placeholder}}`).length === 2, `must hold {${placeholder}} once`)
    .refine((t) => !/[{}]/.test(t.replace(`{${placeholder}}`, '')), `may hold no other braces than {${placeholder}}`)
    .refine(
      (t) => isDialableChannel(t.replace(`{${placeholder}}`, '1234567')),
      'must be one channel, such as PJSIP/{number}@carrier, DAHDI/g1/{number} or Local/{number}@context',
    );

/** A way to the outside. */
export const TrunkConfiguration = z.strictObject({
  name: Name,
  /** AMI channel with `{number}`: E.164 digits, led by `numberPrefix`. */
  channel: channelTemplate('number'),
  /** What the carrier wants before the digits: `+`, `00` or nothing. */
  numberPrefix: z
    .string()
    .regex(/^\+?[0-9]{0,6}$/)
    .default(''),
  /** PBXs that have this trunk; absent: all. */
  pbxs: z.array(Name).min(1).optional(),
  ...LaneLimits,
});
export type TrunkConfiguration = z.infer<typeof TrunkConfiguration>;

/** Where a tenant's CDRs go. `name` is part of the delivery's id. */
export const SinkConfiguration = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('redis-list'),
    name: Name,
    key: z.string().min(1).max(200),
    /** The side that is pushed; consumers pop from the other, so that first in is first out. */
    push: z.enum(['left', 'right']).default('left'),
    /** `click2dial-c2d` is the vendor's deprecated list. */
    format: z.enum(['redial', 'click2dial', 'click2dial-c2d']).default('redial'),
  }),
  z.strictObject({
    type: z.literal('redis-stream'),
    name: Name,
    key: z.string().min(1).max(200),
    /** Oldest entries are trimmed beyond about this many. */
    maxLength: z.int().min(100).max(10_000_000).default(100_000),
  }),
  z.strictObject({
    type: z.literal('webhook'),
    name: Name,
    url: z.url({ protocol: /^https?$/ }),
    /** Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes. */
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'a Standard Webhooks secret: whsec_ and base64 of 24 to 64 bytes'),
    timeoutSeconds: z.int().min(1).max(60).default(15),
  }),
]);
export type SinkConfiguration = z.infer<typeof SinkConfiguration>;

export const ApiKeyConfiguration = z.strictObject({
  name: Name,
  /** SHA-256 of the key, in hex. The key itself is random and long, so that a fast hash is enough. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex'),
});

/** A campaign's verified caller ID, for click2dial's `tvc_<campaign>`. */
const campaignName = z.string().regex(/^[A-Za-z0-9_-]{1,60}$/);

export const Tenant = z.strictObject({
  id: Name,
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Africa/Johannesburg'),
  apiKeys: z.array(ApiKeyConfiguration).min(1),
  numberingPlan: NumberingPlan,
  extensions: z.strictObject({
    /** Extensions by name, by pattern, or both; neither: numbers alone. A pattern is anchored at both ends. */
    list: z.array(Extension).default([]),
    pattern: z.string().max(100).optional(),
    /** AMI channel with `{extension}`. */
    channel: channelTemplate('extension').default('PJSIP/{extension}'),
  }),
  /** Trunks of the tenant; the first is the default. None: extensions only. */
  trunks: z.array(Name).default([]),
  callerIds: z
    .strictObject({
      /** Shown where a request names none. */
      default: CallerId.optional(),
      /** What a request may ask for; absent: any number of the plan and any extension. */
      allowed: z.array(CallerId).optional(),
      /** Drawn from by click2dial's `random`. */
      pool: z.array(E164Digits).default([]),
      campaigns: z.record(campaignName, E164Digits).default({}),
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
  caps: z.strictObject({ attemptsPerNumberPerDay: z.int().min(1).max(1_000).optional() }).prefault({}),
  /** Nothing of this tenant is dialled; its calls wait. */
  paused: z.boolean().default(false),
  limits: z
    .strictObject({
      requestsPerMinute: z.int().min(1).max(1_000_000).default(6_000),
    })
    .prefault({}),
  click2dial: z
    .strictObject({
      /** Before v4.0.0 the vendor's headers began with X-Platforma-. */
      headerPrefix: z.enum(['X-Teleforge-', 'X-Platforma-']).default('X-Teleforge-'),
      /** Who may use the dialect without a key: servers, by the address of their connection. `host` narrows it to one host name. */
      openTo: z
        .strictObject({
          sources: z
            .array(
              z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an IP address or a network such as 10.1.0.0/16'),
            )
            .min(1)
            .max(100),
          host: z
            .string()
            .regex(/^[A-Za-z0-9.-]{1,253}$/, 'a host name')
            .optional(),
        })
        .optional(),
    })
    .prefault({}),
  sinks: z.array(SinkConfiguration).default([]),
});
export type Tenant = z.infer<typeof Tenant>;

/** The whole of the one YAML file. */
export const Configuration = z
  .strictObject({
    pbxs: z.array(PbxConfiguration).min(1),
    trunks: z.array(TrunkConfiguration).default([]),
    tenants: z.array(Tenant).min(1),
  })
  .superRefine((configuration, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { pbxs, trunks, tenants } = configuration;
    unique(
      pbxs.map((p) => p.name),
      (i) => issue(['pbxs', i, 'name'], 'another PBX has this name'),
    );
    unique(
      trunks.map((t) => t.name),
      (i) => issue(['trunks', i, 'name'], 'another trunk has this name'),
    );
    unique(
      tenants.map((t) => t.id),
      (i) => issue(['tenants', i, 'id'], 'another tenant has this id'),
    );
    trunks.forEach((trunk, t) => {
      trunk.pbxs?.forEach((name, p) => {
        if (!pbxs.some((pbx) => pbx.name === name)) issue(['trunks', t, 'pbxs', p], `there is no PBX ${name}`);
      });
    });
    tenants.forEach((tenant, t) => {
      tenant.trunks.forEach((name, i) => {
        if (!trunks.some((trunk) => trunk.name === name))
          issue(['tenants', t, 'trunks', i], `there is no trunk ${name}`);
      });
      unique(
        tenant.sinks.map((s) => s.name),
        (i) => issue(['tenants', t, 'sinks', i, 'name'], 'another sink of the tenant has this name'),
      );
      if (tenant.extensions.pattern !== undefined && !isPattern(tenant.extensions.pattern)) {
        issue(['tenants', t, 'extensions', 'pattern'], 'not a regular expression');
      }
    });
    const hashes = tenants.flatMap((tenant, t) => tenant.apiKeys.map((key, k) => ({ key, t, k })));
    unique(
      hashes.map((h) => h.key.sha256),
      (i) => {
        const { t, k } = hashes[i] as (typeof hashes)[number];
        issue(['tenants', t, 'apiKeys', k, 'sha256'], 'another key has this hash');
      },
    );
  });
export type Configuration = z.infer<typeof Configuration>;

function unique(values: readonly string[], onRepeat: (index: number) => void): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) !== index) onRepeat(index);
  });
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(`^(?:${pattern})$`);
    return true;
  } catch {
    return false;
  }
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
