import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@redial/servers';
import { stringify } from 'yaml';
import type { Version } from '../fixtures/version.ts';
import { CdrInbox } from './cdr-inbox.ts';
import {
  type Built,
  type Output,
  type ProcessKind,
  type RedialProcess,
  readyMs,
  redialProcess,
} from './redial-process.ts';

export type { ProcessKind, RedialProcess } from './redial-process.ts';

/**
 * Redial as its users run it: the three processes, with a configuration file, on a Redis and on PBXs that the test
 * started. Nothing of it runs in the test's own process, so that each part can be killed.
 */
export interface RedialOptions {
  readonly redisUrl: string;
  readonly pbxs: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly secret: string;
    /** The AMI user of the processes that place no calls. */
    readonly observer?: { readonly username: string; readonly secret: string };
    readonly maxCalls?: number;
    readonly maxCallsPerSecond?: number;
    /** The source from which the API reads recordings. */
    readonly recordings?: { readonly folder: string } | { readonly url: string };
  }[];
  /** Overrides fields of the tenant `acme`. */
  readonly tenant?: Readonly<Record<string, unknown>>;
  /** Overrides fields of both trunks, `carrier` and `carrier2`. */
  readonly trunk?: Readonly<Record<string, unknown>>;
  /** Overrides fields of one of them, by name. */
  readonly trunks?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The sinks besides the inbox. */
  readonly sinks?: readonly Readonly<Record<string, unknown>>[];
  /** Additional environment of all processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Separate routes to Redis and the PBXs for the processes of one kind. */
  readonly ways?: Readonly<Partial<Record<ProcessKind, Pick<RedialOptions, 'redisUrl' | 'pbxs'>>>>;
  /** The target of the logs of all processes, instead of files. */
  readonly output?: Output;
  /**
   * An earlier version of the three processes. It gets the same configuration, and refuses settings that it does not
   * know.
   */
  readonly version?: Version;
  /** Absent: the sources, on the Node that runs the tests. */
  readonly built?: Built;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered, and asserts on it
  readonly body: any;
}

export interface Redial {
  readonly url: string;
  readonly apiKey: string;
  readonly adminLogin: { readonly user: string; readonly password: string };
  readonly api: RedialProcess;
  readonly dialer: RedialProcess;
  readonly results: RedialProcess;
  /** The CDRs of the tenant's Redis list, by call. */
  readonly inbox: CdrInbox;
  /**
   * Starts one more process of a kind beside the existing ones, of today's or an earlier version. It has the same
   * settings, but may have another route to Redis. It is stopped with the others.
   */
  another(
    kind: ProcessKind,
    its?: { readonly version?: Version | undefined; readonly redisUrl?: string },
  ): Promise<RedialProcess>;
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedial(options: RedialOptions): Promise<Redial> {
  const folder = mkdtempSync(join(tmpdir(), 'redial-test-'));
  const apiKey = `test_${randomBytes(24).toString('base64url')}`;
  const adminLogin = { user: 'admin', password: randomBytes(12).toString('base64url') };
  const httpPort = await freePort('tcp');
  const url = `http://127.0.0.1:${httpPort}`;
  const cdrList = `cdr:${randomBytes(6).toString('hex')}`;
  const environmentOf = (kind: ProcessKind) => {
    const ways = { ...options, ...options.ways?.[kind] };
    const configFile = join(folder, `redial.${kind}.yaml`);
    writeFileSync(configFile, stringify(configuration(ways, apiKey, cdrList)));
    return { REDIAL_CONFIG: configFile, REDIAL_REDIS_URL: ways.redisUrl, ...env };
  };

  const env = {
    REDIAL_HTTP_HOST: '127.0.0.1',
    REDIAL_HTTP_PORT: String(httpPort),
    REDIAL_ADMIN_USER: adminLogin.user,
    REDIAL_ADMIN_PASSWORD: adminLogin.password,
    // All tests come from one address.
    REDIAL_FAILED_LOGINS_PER_MINUTE: '1000000',
    REDIAL_KEY_PREFIX: `{t${randomBytes(4).toString('hex')}}`,
    REDIAL_DURABILITY: 'none',
    REDIAL_SWEEP_SECONDS: '1',
    ...options.env,
  };
  const [api, dialer, results] = (['api', 'dialer', 'results'] as const).map((kind) =>
    redialProcess({
      name: kind,
      kind,
      folder,
      env: environmentOf(kind),
      version: options.version,
      output: options.output,
      built: options.built,
    }),
  );
  if (api === undefined || dialer === undefined || results === undefined) throw new TypeError('three processes');
  const all = [api, dialer, results];
  for (const process of all) process.start();
  const inbox = new CdrInbox(options.redisUrl, cdrList);

  const redial: Redial = {
    url,
    apiKey,
    adminLogin,
    api,
    dialer,
    results,
    inbox,
    async request(method, path, body, headers = {}) {
      const answer = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        redirect: 'manual',
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },
    async another(kind, { version, redisUrl } = {}) {
      const port = await freePort('tcp');
      const env = {
        ...environmentOf(kind),
        REDIAL_HTTP_PORT: String(port),
        ...(redisUrl !== undefined && { REDIAL_REDIS_URL: redisUrl }),
      };
      const more = redialProcess({ name: `${kind}-${all.length}`, kind, folder, env, version });
      all.push(more);
      more.start();
      return more;
    },
    ready: () => untilReady(url, all),
    async stop() {
      await Promise.all(all.map((process) => process.stop()));
      await inbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await redial.ready();
  } catch (error) {
    await redial.stop();
    throw error;
  }
  return redial;
}

function configuration(
  { pbxs, tenant, trunk, trunks, sinks = [] }: RedialOptions,
  apiKey: string,
  cdrList: string,
): unknown {
  const trunkLimits = { maxCalls: 500, maxCallsPerSecond: 500, ...trunk };
  return {
    pbxs: pbxs.map((pbx) => ({ maxCalls: 1000, maxCallsPerSecond: 500, ...pbx })),
    trunks: [
      { name: 'carrier', channel: 'PJSIP/{number}@carrier', ...trunkLimits, ...trunks?.['carrier'] },
      { name: 'carrier2', channel: 'PJSIP/{number}@carrier2', ...trunkLimits, ...trunks?.['carrier2'] },
      { name: 'numbered', channel: 'PJSIP/{number}@numbered', ...trunkLimits },
    ],
    tenants: [
      {
        id: 'acme',
        timeZone: 'Africa/Johannesburg',
        apiKeys: [{ name: 'test', sha256: createHash('sha256').update(apiKey).digest('hex') }],
        numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
        extensions: { pattern: '1[0-9]{3}|26[0-9]{2}' },
        trunks: ['carrier', 'carrier2', 'numbered'],
        callerIds: { default: '27110001111', pool: ['27110002222'] },
        variables: ['CAMPAIGN'],
        defaults: { dial1RingTimeoutSeconds: 2, dial2RingTimeoutSeconds: 2, talkLimitSeconds: 60 },
        quotas: { requestsPerMinute: 100_000 },
        sinks: [{ type: 'redis-list', name: 'inbox', key: cdrList }, ...sinks],
        ...tenant,
      },
    ],
  };
}

/**
 * Resolves when Redis, the PBXs and every process answer. After two minutes it rejects with the logs of those that do
 * not.
 */
async function untilReady(url: string, processes: readonly RedialProcess[]): Promise<void> {
  const deadline = AbortSignal.timeout(readyMs);
  let last = 'no answer';
  while (!deadline.aborted) {
    try {
      const answer = await fetch(`${url}/readyz`);
      if (answer.ok) return;
      last = await answer.text();
    } catch (error) {
      last = String(error);
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  const logs = processes.map((p) => `--- ${p.name}\n${p.log().slice(-3_000)}`).join('\n');
  throw new Error(`Redial did not get ready: ${last}\n${logs}`);
}
