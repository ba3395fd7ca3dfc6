import { join, relative, resolve } from 'node:path';
import { type Exit, startAsterisk, startRedis, startSipPhones } from '@redial/servers';
import { type BannerFacts, banner } from './banner.ts';
import { childProcesses } from './child-processes.ts';
import { takeDataFolder } from './data-folder.ts';
import { type DevelopmentKeys, developmentKeys } from './keys.ts';
import type { StartOptions } from './options.ts';
import { portsInUse } from './ports-in-use.ts';
import { untilReady } from './until-ready.ts';

export interface Stoppable {
  stop(graceMs: number): Promise<unknown>;
}

interface Stack {
  readonly banner: string;
  /** Resolves with a sentence as soon as a part ends unexpectedly. */
  readonly failed: Promise<string>;
}

/**
 * At the end, the dialer waits this long for dial1 of its calls. It is longer than dial1 rings, so that they end with
 * their real outcome.
 */
export const drainSeconds = 25;

interface Order {
  readonly root: string;
  readonly options: StartOptions;
  /** Every running part, in the order of its start, even when the start is aborted. */
  readonly started: Stoppable[];
  readonly signal: AbortSignal;
}

/** Starts the parts, each when its requirements are ready. Rejects with a sentence for people. */
export async function startStack({ root, options, started, signal }: Order): Promise<Stack> {
  const keep = <Part extends Stoppable>(part: Part): Part => {
    started.push(part);
    signal.throwIfAborted();
    return part;
  };
  const data = resolve(root, options.dataFolder);
  keep(await takeDataFolder(data, options.redisPort));
  await mustBeFree(options);
  const keys = developmentKeys(data);

  progress('Redis');
  const redis = keep(
    await startRedis({
      port: options.redisPort,
      dataDir: join(data, 'redis'),
      appendonly: true,
      appendfsync: 'always',
      password: keys.redisPassword,
      onProgress: progress,
    }),
  );
  const ends = [whenEnded('Redis', redis.exited, join(data, 'redis/redis.log'))];

  const ami = { host: '127.0.0.1', port: options.amiPort, username: 'redial', secret: keys.amiSecret };
  let recordingsFolder = join(data, 'recordings');
  if (options.pbx === 'asterisk') {
    progress('SIP phones and Asterisk');
    const phones = keep(await startSipPhones({ runDir: join(data, 'phones'), onProgress: progress }));
    const asterisk = keep(
      await startAsterisk({
        runDir: join(data, 'asterisk'),
        amiPort: ami.port,
        secret: keys.amiSecret,
        sipPort: options.sipPort,
        agentPhonesPort: phones.agentPort,
        carrierPhonesPort: phones.carrierPort,
        onProgress: progress,
      }),
    );
    ends.push(whenEnded('Asterisk', asterisk.exited, asterisk.logFile));
    Object.assign(ami, asterisk.ami);
    recordingsFolder = asterisk.recordingsFolder;
  }

  // Last in the list, so that Redial's own processes drain while Redis and the PBX still run.
  const children = keep(childProcesses(root, join(data, 'logs'), options));
  if (options.pbx === 'simulator') {
    progress('simulated PBX');
    await children.start({
      name: 'pbx-simulator',
      main: 'apps/pbx-simulator/src/main.ts',
      env: {
        REDIAL_SIMULATOR_HOST: ami.host,
        REDIAL_SIMULATOR_PORT: String(ami.port),
        REDIAL_SIMULATOR_USERNAME: ami.username,
        REDIAL_SIMULATOR_SECRET: ami.secret,
        REDIAL_SIMULATOR_ASTDB: join(data, 'pbx-simulator-astdb.json'),
        REDIAL_SIMULATOR_RECORDINGS: recordingsFolder,
      },
    });
  }

  progress('API, dialer, results');
  const env = environment(root, options, keys, redis.url, { ...ami, recordingsFolder });
  // Only the process that serves the dashboard gets its login.
  const login = { REDIAL_ADMIN_USER: keys.adminUser, REDIAL_ADMIN_PASSWORD: keys.adminPassword };
  for (const name of ['results', 'dialer', 'api']) {
    await children.start({ name, main: `apps/${name}/src/main.ts`, env: name === 'api' ? { ...env, ...login } : env });
    signal.throwIfAborted();
  }
  const failed = Promise.race([children.failed, ...ends]);
  const url = `http://127.0.0.1:${options.httpPort}`;
  const ready = await Promise.race([untilReady(`${url}/readyz`, signal), failed]);
  if (ready !== 'ready') throw new Error(ready);

  const logs = join(data, 'logs');
  const facts: BannerFacts = {
    ...keys,
    url,
    pbx: options.pbx,
    redis: `${redis.version} (${redis.source}), ${redis.url}`,
    logs: logs.startsWith(root) ? relative(root, logs) : logs,
  };
  return { failed, banner: banner(facts) };
}

function environment(
  root: string,
  options: StartOptions,
  keys: DevelopmentKeys,
  redisUrl: string,
  pbx: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly secret: string;
    readonly recordingsFolder: string;
  },
): Record<string, string> {
  return {
    REDIAL_REDIS_URL: redisUrl,
    REDIAL_CONFIG: join(root, 'infra/start/redial.yaml'),
    REDIAL_HTTP_HOST: '127.0.0.1',
    REDIAL_HTTP_PORT: String(options.httpPort),
    REDIAL_DRAIN_SECONDS: String(drainSeconds),
    REDIAL_DEV_KEY_SHA256: keys.apiKeySha256,
    REDIAL_DEV_VENDOR_PASSWORD: keys.vendorPassword,
    REDIAL_DEV_VENDOR_KEY: keys.vendorKey,
    REDIAL_PBX_HOST: pbx.host,
    REDIAL_PBX_PORT: String(pbx.port),
    REDIAL_PBX_USERNAME: pbx.username,
    REDIAL_PBX_SECRET: pbx.secret,
    REDIAL_PBX_RECORDINGS: pbx.recordingsFolder,
  };
}

async function mustBeFree({ pbx, httpPort, redisPort, amiPort, sipPort }: StartOptions): Promise<void> {
  const faults = await portsInUse([
    { port: httpPort, option: '--http-port', protocol: 'tcp' },
    { port: redisPort, option: '--redis-port', protocol: 'tcp' },
    { port: amiPort, option: '--ami-port', protocol: 'tcp' },
    ...(pbx === 'asterisk' ? [{ port: sipPort, option: '--sip-port', protocol: 'udp' } as const] : []),
  ]);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

async function whenEnded(name: string, exited: Promise<Exit>, logFile: string): Promise<string> {
  const { code, signal } = await exited;
  return `${name} ended (${signal ?? `exit code ${code}`}). Its log: ${logFile}`;
}

function progress(what: string): void {
  console.log(`  · ${what}`);
}
