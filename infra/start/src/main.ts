import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAsterisk, startRedis, startSipPhones } from '@redial/local';
import { banner } from './banner.ts';
import { childProcesses } from './child-processes.ts';
import { developmentKeys } from './keys.ts';
import { help, parseOptions, type StartOptions } from './options.ts';

/**
 * `npm start`: the whole main job on this machine. Redis, a PBX (simulated, or a real Asterisk with SIP phones), the API, one
 * dialer, one results process. Ctrl-C ends everything that was started here, and nothing else.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Stoppable {
  stop(): Promise<unknown>;
}

const parsed = parseOptions(process.argv.slice(2), process.env);
switch (parsed.type) {
  case 'help':
    console.log(help);
    break;
  case 'error':
    console.error(`${parsed.message}\n\n${help}`);
    process.exitCode = 2;
    break;
  case 'run':
    process.exitCode = await start(parsed.options);
    break;
}

async function start(options: StartOptions): Promise<number> {
  const started: Stoppable[] = [];
  const interrupted = new Promise<'interrupted'>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done('interrupted'));
  });
  try {
    const running = await Promise.race([bringUp(options, started), interrupted.then(() => undefined)]);
    if (running === undefined) return 130;
    console.log(running.banner);
    const ended = await Promise.race([running.failed, interrupted]);
    if (ended === 'interrupted') return 0;
    console.error(`\n${ended}`);
    return 1;
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    console.log('\nStopping …');
    for (const part of started.reverse()) await part.stop();
    console.log('Stopped. Calls that were waiting are kept, and dialled after the next start.');
  }
}

async function bringUp(options: StartOptions, started: Stoppable[]) {
  const data = resolve(root, options.dataFolder);
  mkdirSync(data, { recursive: true });
  await mustBeFree(options.httpPort, '--http-port');
  await mustBeFree(options.redisPort, '--redis-port');
  await mustBeFree(options.amiPort, '--ami-port');

  const keys = developmentKeys(data);
  progress('Redis');
  const redis = await startRedis({
    port: options.redisPort,
    dataDir: join(data, 'redis'),
    appendonly: true,
    appendfsync: 'always',
    onProgress: progress,
  });
  started.push(redis);

  const children = childProcesses(root, join(data, 'logs'));
  started.push(children);
  const ami = { host: '127.0.0.1', port: options.amiPort, username: 'redial', secret: keys.amiSecret };
  if (options.pbx === 'asterisk') {
    progress('SIP phones and Asterisk');
    const phones = await startSipPhones({ runDir: join(data, 'phones'), onProgress: progress });
    started.push(phones);
    const asterisk = await startAsterisk({
      runDir: join(data, 'asterisk'),
      amiPort: ami.port,
      sipPort: options.sipPort,
      agentPhonesPort: phones.agentPort,
      carrierPhonesPort: phones.carrierPort,
      onProgress: progress,
    });
    started.push(asterisk);
    Object.assign(ami, asterisk.ami);
  } else {
    progress('simulated PBX');
    children.start({
      name: 'pbx-simulator',
      main: 'apps/pbx-simulator/src/main.ts',
      env: {
        REDIAL_SIMULATOR_HOST: ami.host,
        REDIAL_SIMULATOR_PORT: String(ami.port),
        REDIAL_SIMULATOR_USERNAME: ami.username,
        REDIAL_SIMULATOR_SECRET: ami.secret,
        REDIAL_SIMULATOR_ASTDB: join(data, 'pbx-simulator-astdb.json'),
      },
    });
  }

  progress('API, dialer, results');
  const env = {
    REDIAL_REDIS_URL: redis.url,
    REDIAL_CONFIG: join(root, 'infra/start/redial.yaml'),
    REDIAL_HTTP_HOST: '127.0.0.1',
    REDIAL_HTTP_PORT: String(options.httpPort),
    REDIAL_ADMIN_USER: keys.adminUser,
    REDIAL_ADMIN_PASSWORD: keys.adminPassword,
    REDIAL_DEV_KEY_SHA256: keys.apiKeySha256,
    REDIAL_PBX_HOST: ami.host,
    REDIAL_PBX_PORT: String(ami.port),
    REDIAL_PBX_USERNAME: ami.username,
    REDIAL_PBX_SECRET: ami.secret,
  };
  children.start({ name: 'results', main: 'apps/results/src/main.ts', env });
  children.start({ name: 'dialer', main: 'apps/dialer/src/main.ts', env });
  children.start({ name: 'api', main: 'apps/api/src/main.ts', env });

  const url = `http://127.0.0.1:${options.httpPort}`;
  const ready = await Promise.race([untilReady(`${url}/readyz`), children.failed]);
  if (ready !== 'ready') throw new Error(ready);
  return {
    failed: children.failed,
    banner: banner({
      url,
      apiKey: keys.apiKey,
      adminUser: keys.adminUser,
      adminPassword: keys.adminPassword,
      pbx: options.pbx,
      redis: `${redis.version} (${redis.source}), ${redis.url}`,
      logs: relative(process.cwd(), join(data, 'logs')),
    }),
  };
}

function progress(what: string): void {
  console.log(`  · ${what}`);
}

/** Redis and a PBX both answer: a call placed now is dialled now. */
async function untilReady(url: string): Promise<'ready' | string> {
  const deadline = AbortSignal.timeout(60_000);
  let last = 'no answer';
  while (!deadline.aborted) {
    try {
      const answer = await fetch(url, { signal: deadline });
      if (answer.ok) return 'ready';
      last = await answer.text();
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return `Redial did not get ready within a minute. ${url} says: ${last}`;
}

/** A port that somebody else has is the likeliest thing to go wrong: say which, and what to do. */
async function mustBeFree(port: number, option: string): Promise<void> {
  await new Promise<void>((free, taken) => {
    const probe = createServer();
    probe.once('error', () =>
      taken(new Error(`Port ${port} is in use by another program. Choose another: npm start -- ${option} <port>`)),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => free()));
  });
}
