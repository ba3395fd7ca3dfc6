import { inspect } from 'node:util';
import type { Result } from '@redial/call';
import { describeRedisUrl, logLevels, redisUrlFault } from '@redial/platform';
import { z } from 'zod';
import type { ConfigurationErrors } from '../value-or-exit.ts';

const whole = (min: number, max: number, why = '') =>
  z
    .string()
    .refine((text) => /^[0-9]{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: ({ input }) => `must be a whole number from ${min} to ${max}${Number(input) < min ? why : ''}`,
    })
    .transform(Number);
const port = whole(0, 65_535);
const host = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an IP address');
const secret = (min: number) =>
  z.string().min(min, `must have at least ${min} characters`).max(1_000, 'is longer than 1000 characters');

const Source = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
/** `10.0.0.7`, `10.1.0.0/16`, `2001:db8::/32`, separated by commas. */
const sources = z
  .string()
  .transform((list) => list.split(',').map((source) => source.trim()))
  .refine(
    (list) => list.every((source) => Source.safeParse(source).success),
    'must be addresses and networks, such as 10.0.0.7,10.1.0.0/16',
  );

/** A webhook that is down is retried for up to three and a half days, and the CDR must still exist. */
export const retentionDaysMin = 4;
const whyRetained =
  ': a webhook that is away is tried for up to three and a half days, and its CDR is kept as long as its call';

/** Every variable, with its default. `Settings` describes each one. */
const Environment = z.object({
  REDIAL_REDIS_URL: z
    .string()
    .superRefine((url, context) => {
      const fault = redisUrlFault(url);
      if (fault !== undefined) context.addIssue(fault);
    })
    .default('redis://127.0.0.1:6379'),
  REDIAL_CONFIG: z.string().default('./redial.yaml'),
  REDIAL_KEY_PREFIX: z
    .string()
    .regex(
      /^[A-Za-z0-9_.-]*\{[A-Za-z0-9_.-]{1,40}\}[A-Za-z0-9_.-]*$/,
      'must hold one hash tag in braces, such as {redial}',
    )
    .default('{redial}'),
  REDIAL_HTTP_HOST: host.default('127.0.0.1'),
  REDIAL_HTTP_PORT: port.default(8080),
  REDIAL_ADMIN_USER: z
    .string()
    .regex(/^[^:\p{Cc}]{1,100}$/u, 'must have no colon and no control characters')
    .optional(),
  REDIAL_ADMIN_PASSWORD: secret(8).optional(),
  REDIAL_METRICS_TOKEN: secret(16).optional(),
  REDIAL_DURABILITY: z.enum(['fsync', 'everysec', 'none'], 'must be fsync, everysec or none').default('fsync'),
  REDIAL_REPLICAS: whole(0, 10).default(0),
  REDIAL_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  REDIAL_DIALER_CONCURRENCY: whole(1, 100_000).default(1_000),
  REDIAL_RESULTS_CONCURRENCY: whole(1, 10_000).default(50),
  REDIAL_WAITING_MAX: whole(0, 1_000_000).default(5_000),
  REDIAL_FAILED_LOGINS_PER_MINUTE: whole(1, 1_000_000).default(60),
  REDIAL_LOGIN_SOURCES: sources.optional(),
  REDIAL_MAX_CONNECTIONS: whole(1, 1_000_000).default(10_000),
  REDIAL_KEEP_ALIVE_SECONDS: whole(0, 3_600).default(75),
  REDIAL_OPS_HOST: host.default('127.0.0.1'),
  REDIAL_OPS_PORT: port.default(0),
  REDIAL_DRAIN_SECONDS: whole(0, 86_400).default(30),
  REDIAL_RETENTION_DAYS: whole(retentionDaysMin, 3_650, whyRetained).default(30),
  REDIAL_SWEEP_SECONDS: whole(1, 3_600).default(10),
  REDIAL_LOCK_SECONDS: whole(1, 600).default(20),
});

/** The settings of a process, from its environment. Read once, then frozen. */
export interface Settings {
  /** REDIAL_REDIS_URL: one Redis, a Redis Cluster, or Sentinels; `RedisSetup` has the forms. May hold a password. */
  readonly redisUrl: string;
  /** REDIAL_CONFIG: path of the YAML file. */
  readonly configurationFile: string;
  /**
   * REDIAL_KEY_PREFIX: the prefix of every Redis key. Its hash tag keeps all of them in one slot of a Redis Cluster.
   */
  readonly keyPrefix: string;
  /** REDIAL_HTTP_HOST, REDIAL_HTTP_PORT: where the API listens. Port 0 is any free one. */
  readonly http: { readonly host: string; readonly port: number };
  /**
   * REDIAL_ADMIN_USER, REDIAL_ADMIN_PASSWORD: the dashboard's login. There is no default: without them, the dashboard
   * is off.
   */
  readonly admin?: { readonly user: string; readonly password: string };
  /** REDIAL_METRICS_TOKEN: the bearer token of `/metrics`. Unset: only this machine may read `/metrics`. */
  readonly metricsToken?: string;
  /**
   * REDIAL_DURABILITY: what Redis must promise before a call is accepted, before the Originate that follows a claim,
   * and before a sink gets an attempt's CDR. `fsync`: the write is on disk. `everysec`: a crash of Redis or its host
   * may lose two seconds. `none`: Redis may lose the write.
   */
  readonly durability: 'fsync' | 'everysec' | 'none';
  /** REDIAL_REPLICAS: how many replicas of Redis must also have the write. For set-ups that promote a replica. */
  readonly replicas: number;
  /** REDIAL_LOG_LEVEL. */
  readonly logLevel: (typeof logLevels)[number];
  /** REDIAL_DIALER_CONCURRENCY: how many attempts one dialer has under way until dial1's outcome is known. */
  readonly dialerConcurrency: number;
  /** REDIAL_RESULTS_CONCURRENCY: how many attempts one results process settles at a time. */
  readonly resultsConcurrency: number;
  /** REDIAL_WAITING_MAX: how many requests one API process may hold open until dial1's outcome is known. */
  readonly waitingMax: number;
  /**
   * REDIAL_FAILED_LOGINS_PER_MINUTE: how many requests with wrong credentials one address may send in a minute, to all
   * API processes together. Those for the dashboard and for metrics count too.
   */
  readonly failedLoginsPerMinute: number;
  /**
   * REDIAL_LOGIN_SOURCES: addresses and networks whose valid logins are accepted, even after many wrong ones from
   * there.
   */
  readonly loginSources: readonly string[];
  /** REDIAL_MAX_CONNECTIONS: open connections of one API process. More are closed at once. */
  readonly maxConnections: number;
  /**
   * REDIAL_KEEP_ALIVE_SECONDS: how long a connection is kept between two requests. Longer than the proxy's own time.
   */
  readonly keepAliveSeconds: number;
  /**
   * REDIAL_OPS_HOST, REDIAL_OPS_PORT: health and metrics of the dialer and the results process. Port 0, the default:
   * off.
   */
  readonly ops: { readonly host: string; readonly port: number };
  /** REDIAL_DRAIN_SECONDS: how long a process may finish its work after SIGTERM. */
  readonly drainSeconds: number;
  /** REDIAL_RETENTION_DAYS: how long ended calls and their CDRs are kept. */
  readonly retentionDays: number;
  /** REDIAL_SWEEP_SECONDS: how often the sweeper looks for lost work. */
  readonly sweepSeconds: number;
  /**
   * REDIAL_LOCK_SECONDS: how long a process may be silent (Redis down, the machine asleep) before another one gets its
   * jobs. The jobs of a dead process wait as long, and up to twice as long until the next check. The claim makes either
   * harmless.
   */
  readonly lockSeconds: number;
}

/** The environment → settings. An empty variable counts as unset. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Result<Settings, ConfigurationErrors> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(given);
  const errors = parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`);
  for (const [one, other] of [
    ['REDIAL_ADMIN_USER', 'REDIAL_ADMIN_PASSWORD'],
    ['REDIAL_ADMIN_PASSWORD', 'REDIAL_ADMIN_USER'],
  ] as const) {
    if (given[one] !== undefined && given[other] === undefined) errors.push(`${other} must be set, because ${one} is`);
  }
  if (!parsed.success || errors.length > 0) return { ok: false, errors };
  return { ok: true, value: freeze(settingsOf(parsed.data)) };
}

function settingsOf(e: z.infer<typeof Environment>): Settings {
  const { REDIAL_ADMIN_USER: user, REDIAL_ADMIN_PASSWORD: password, REDIAL_METRICS_TOKEN: metricsToken } = e;
  return {
    redisUrl: e.REDIAL_REDIS_URL,
    configurationFile: e.REDIAL_CONFIG,
    keyPrefix: e.REDIAL_KEY_PREFIX,
    http: { host: e.REDIAL_HTTP_HOST, port: e.REDIAL_HTTP_PORT },
    ...(user !== undefined && password !== undefined && { admin: { user, password } }),
    ...(metricsToken !== undefined && { metricsToken }),
    durability: e.REDIAL_DURABILITY,
    replicas: e.REDIAL_REPLICAS,
    logLevel: e.REDIAL_LOG_LEVEL,
    dialerConcurrency: e.REDIAL_DIALER_CONCURRENCY,
    resultsConcurrency: e.REDIAL_RESULTS_CONCURRENCY,
    waitingMax: e.REDIAL_WAITING_MAX,
    failedLoginsPerMinute: e.REDIAL_FAILED_LOGINS_PER_MINUTE,
    loginSources: e.REDIAL_LOGIN_SOURCES ?? [],
    maxConnections: e.REDIAL_MAX_CONNECTIONS,
    keepAliveSeconds: e.REDIAL_KEEP_ALIVE_SECONDS,
    ops: { host: e.REDIAL_OPS_HOST, port: e.REDIAL_OPS_PORT },
    drainSeconds: e.REDIAL_DRAIN_SECONDS,
    retentionDays: e.REDIAL_RETENTION_DAYS,
    sweepSeconds: e.REDIAL_SWEEP_SECONDS,
    lockSeconds: e.REDIAL_LOCK_SECONDS,
  };
}

/** Settings for people and logs: passwords and tokens starred. */
export function describeSettings(settings: Settings): Record<string, unknown> {
  const { admin, metricsToken, redisUrl, ...rest } = settings;
  return {
    ...rest,
    redisUrl: describeRedisUrl(redisUrl),
    admin: admin === undefined ? 'off' : { user: admin.user, password: '***' },
    metricsToken: metricsToken === undefined ? 'none' : '***',
  };
}

/** Frozen. console.log, JSON and the logger print it without its secrets. */
function freeze(settings: Settings): Settings {
  const shown = () => describeSettings(settings);
  for (const name of ['toJSON', inspect.custom]) Object.defineProperty(settings, name, { value: shown });
  for (const part of [settings.http, settings.admin, settings.ops]) Object.freeze(part);
  return Object.freeze(settings);
}
