import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectRedis, type Redis, redisReady } from '@redial/platform';
import { createQueues, type Queues } from '@redial/queue';
import { createStore, type Store } from '@redial/store';
import { until } from '../../support/until.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, or undefined if it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered, and asserts on it
  readonly body: any;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the key of tenant acme; null: none. */
  readonly apiKey?: string | null;
}

/** The API process as operators run it, and a direct view of its Redis. */
export interface RunningApi {
  readonly url: string;
  readonly pid: number;
  /** Its configuration file. It is removed when the process stops. */
  readonly configurationFile: string;
  readonly acmeKey: string;
  readonly globexKey: string;
  readonly admin: { readonly user: string; readonly password: string };
  readonly store: Store;
  readonly queues: Queues;
  readonly redis: Redis;
  readonly prefix: string;
  send(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>;
  /** Every key of this API in Redis except its own housekeeping. */
  keys(): Promise<string[]>;
  log(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ApiOptions {
  readonly redisUrl: string;
  /** Overrides fields of tenant acme. */
  readonly tenant?: Readonly<Record<string, unknown>>;
  /** Overrides fields of the PBX. */
  readonly pbx?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Redis is away: the start does not wait for it. */
  readonly beforeRedis?: boolean;
}

const main = fileURLToPath(new URL('../../../apps/api/src/main.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { redisUrl, env } = options;
  const folder = mkdtempSync(join(tmpdir(), 'redial-api-'));
  const [acmeKey, globexKey] = [
    `acme_${randomBytes(24).toString('base64url')}`,
    `globex_${randomBytes(24).toString('base64url')}`,
  ];
  const admin = { user: 'admin', password: randomBytes(12).toString('base64url') };
  const prefix = `{t${randomBytes(4).toString('hex')}}`;
  const file = join(folder, 'redial.yaml');
  // JSON is valid YAML.
  writeFileSync(file, JSON.stringify(configuration(acmeKey, globexKey, options)));
  const child = spawn(process.execPath, ['--conditions=source', main], {
    cwd: root,
    env: {
      ...process.env,
      REDIAL_REDIS_URL: redisUrl,
      REDIAL_CONFIG: file,
      REDIAL_KEY_PREFIX: prefix,
      REDIAL_HTTP_PORT: '0',
      REDIAL_ADMIN_USER: admin.user,
      REDIAL_ADMIN_PASSWORD: admin.password,
      // All tests come from one address.
      REDIAL_FAILED_LOGINS_PER_MINUTE: '1000000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  process.once('exit', () => child.kill('SIGKILL'));
  const lines: string[] = [];
  const url = await listeningAt(child, lines);

  const redis = connectRedis({ url: redisUrl, role: 'store' });
  const queueRedis = connectRedis({ url: redisUrl, role: 'queue' });
  if (!options.beforeRedis) await Promise.all([redisReady(redis, 10_000), redisReady(queueRedis, 10_000)]);
  const store = createStore({ redis, prefix });
  const queues = createQueues({ connection: queueRedis, prefix });

  return {
    url,
    pid: child.pid ?? -1,
    configurationFile: file,
    acmeKey,
    globexKey,
    admin,
    store,
    queues,
    redis,
    prefix,
    async send(method, path, body, { headers = {}, apiKey = acmeKey } = {}) {
      const answer = await fetch(url + path, {
        method,
        headers: {
          ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        redirect: 'manual',
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') === true && text !== '';
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined };
    },
    async keys() {
      const found = await redis.keys(`${prefix.replaceAll(/[{}]/g, '\\$&')}*`);
      return found
        .filter(
          (key) =>
            !['requests', 'failed-logins'].some((limit) => key.startsWith(`${prefix}:${limit}:`)) &&
            !key.endsWith(':meta') &&
            !key.endsWith(':fsync-mark'),
        )
        .sort();
    },
    log: () => lines.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      await Promise.all([queues.close(), store.close()]);
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Resolves once the API has its own link to `pbx1`, and can query a phone or a queue. */
export async function untilPbxAnswers({ send }: RunningApi): Promise<void> {
  const isLinked = async () => (await send('GET', '/readyz')).body.checks['pbx.pbx1.questions'] === 'ok';
  await until(isLinked, { what: 'the API can ask pbx1', withinMs: 15_000 });
}

/** Requests of a vendor's client: without a key of Redial. */
export function clientOf({ send }: RunningApi) {
  return {
    request: (method: string, path: string, body?: unknown, headers = {}) =>
      send(method, path, body, { headers, apiKey: null }),
  };
}

/** The URL that the process prints. Rejects with its output if it ends before. */
function listeningAt(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const url = /"url":"(http[^"]+)","msg":"listening"/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
    child.once('close', (code) => reject(new Error(`the API ended with ${code}:\n${lines.join('\n')}`)));
  });
}

function configuration(acmeKey: string, globexKey: string, { tenant, pbx }: ApiOptions): unknown {
  const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
  const common = {
    timeZone: 'Africa/Johannesburg',
    numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
    extensions: { pattern: '1[0-9]{3}' },
    trunks: ['carrier'],
    quotas: { requestsPerMinute: 1_000_000 },
  };
  return {
    pbxs: [{ name: 'pbx1', host: '127.0.0.1', username: 'redial', secret: 'secret', ...pbx }],
    trunks: [{ name: 'carrier', channel: 'PJSIP/{number}@carrier', maxCalls: 100, maxCallsPerSecond: 50 }],
    tenants: [
      {
        id: 'acme',
        ...common,
        apiKeys: [{ name: 'crm', sha256: sha256(acmeKey) }],
        callerIds: { default: '27110001111', pool: ['27110002222'] },
        variables: ['CAMPAIGN'],
        dialects: { click2dial: { campaigns: { spring: '27110003333' } } },
        ...tenant,
      },
      { id: 'globex', ...common, apiKeys: [{ name: 'crm', sha256: sha256(globexKey) }] },
    ],
  };
}
