import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@redial/servers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPlace, npmStart, type Started, type StartPlace } from '../support/npm-start.ts';

/** Every file of `examples/`, run against `npm start` as their README states. */
let place: StartPlace;
let stack: Started;
let env: NodeJS.ProcessEnv;
const ran = new Set<string>();
const running = new Set<ChildProcess>();

beforeAll(async () => {
  place = await aPlace();
  stack = npmStart(place.options, { env: { REDIAL_SIMULATOR_TALK_SECONDS: '1' } });
  const { apiKey, vendorPassword } = await stack.ready();
  const { redisPassword } = JSON.parse(readFileSync(join(place.folder, 'keys.json'), 'utf8'));
  env = {
    ...process.env,
    REDIAL_URL: `http://127.0.0.1:${place.httpPort}`,
    REDIAL_API_KEY: apiKey,
    REDIAL_VENDOR_PASSWORD: vendorPassword,
    REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${place.redisPort}`,
  };
});
afterAll(async () => {
  for (const child of running) child.kill();
  stack?.signal('SIGTERM', 'group');
  await stack?.exit;
  place?.remove();
});

function begin(file: string, args: readonly string[] = [], more: NodeJS.ProcessEnv = {}) {
  ran.add(file);
  const child = spawn(process.execPath, [join('examples', file), ...args], {
    cwd: repositoryRoot,
    env: { ...env, ...more },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const closed = new Promise<string>((resolve) => child.once('close', (code) => resolve(`${output}exit ${code}`)));
  return { output: () => output, closed, child };
}
const run = (file: string, ...args: readonly string[]) => begin(file, args).closed;

it.each([
  ['place-a-call.mjs', /^accepted call_\S+\ncompleted: dial1 answered, dial2 answered\nexit 0$/],
  ['call-later.mjs', /^scheduled until \d{4}-\S+\ndialled on time: answered\nexit 0$/],
  ['retry-on-busy.mjs', /^attempt 1: busy\nattempt 2: busy\nattempt 3: answered\ncompleted\nexit 0$/],
  [
    'dial-a-list-in-one-request.mjs',
    /^2 accepted, 1 refused\nAyanda: call_\S+\nBen: call_\S+\nChris: .+\nthe repetition names the same calls\nexit 0$/,
  ],
  ['read-why-it-waits.mjs', /^\w+, held by the gate \w+\n.+\nexit 0$/],
  ['cancel-and-reschedule.mjs', /^moved: scheduled until \d{4}-\S+\nthen canceled\nexit 0$/],
  ['click2dial-call.mjs', /^success true, contact AbC123\nclick2dial: completed\nexit 0$/],
  ['dialup-call.mjs', /^status ok\nexit 0$/],
])('%s prints what it did', async (file, printed) => {
  expect(await run(file)).toMatch(printed);
});

it('receive-cdrs-redis-stream.mjs prints the CDRs of the previous calls', async () => {
  expect(await run('receive-cdrs-redis-stream.mjs', '3')).toMatch(
    /^order-7, attempt 1: answered, \d+ ms of talk\n(.+, attempt \d: \w+, \d+ ms of talk\n)+exit 0$/,
  );
});

it('receive-cdrs-webhook.mjs prints a signed CDR once, and refuses one whose signature is wrong', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const { output, child, closed } = begin('receive-cdrs-webhook.mjs', [], { REDIAL_WEBHOOK_SECRET: secret, PORT: '0' });
  await expect.poll(output).toMatch(/listening on \S+\n/);
  const [, url = ''] = /listening on (\S+)/.exec(output()) ?? [];
  const send = (key: string) => {
    const [id, at] = ['att_1.crm', new Date()];
    const cdr = { id: 'att_1', reference: 'order-7', attemptNumber: 1, disposition: 'busy' };
    const body = JSON.stringify({ type: 'cdr', timestamp: at.toISOString(), data: cdr });
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    };
    return fetch(url, { method: 'POST', headers, body }).then(({ status }) => status);
  };
  expect(await send(`whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toBe(401);
  expect([await send(secret), await send(secret)]).toEqual([204, 204]);
  expect(output()).toMatch(/^listening on \S+\norder-7, attempt 1: busy\n$/);
  child.kill();
  await closed;
});

it('each example has been run', () => {
  const files = readdirSync(join(repositoryRoot, 'examples')).filter((file) => file.endsWith('.mjs'));
  expect([...ran, 'redial.mjs'].sort()).toEqual(files.sort());
});
