import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@redial/servers';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  alive,
  aPlace,
  npmStart,
  paste,
  type Reported,
  type Started,
  type StartHow,
  type StartPlace,
  theOne,
} from '../support/npm-start.ts';
import { actWith, openPage, samples } from '../support/vendor-pages.ts';
import { phpQuery, signed } from '../support/vendors.ts';

/** The first minutes of a new user: what README.md promises of `npm start`, carried out. */
const quickTalks = { REDIAL_SIMULATOR_TALK_SECONDS: '1' };

const places: StartPlace[] = [];
const runs: Started[] = [];
const begin = (options: readonly string[], how: StartHow = { env: quickTalks }): Started => {
  const run = npmStart(options, how);
  runs.push(run);
  return run;
};
const somewhere = async (): Promise<StartPlace> => {
  const place = await aPlace();
  places.push(place);
  return place;
};
const endAll = async () => {
  for (const run of runs.splice(0)) {
    run.signal('SIGTERM', 'group'); // The first signal may have left processes behind.
    await run.exit;
  }
  for (const place of places.splice(0)) place.remove();
};

const ended = (call: { state: string }) => ['completed', 'exhausted', 'failed'].includes(call.state);
const eventually = (read: () => Promise<unknown>) => expect.poll(read, { timeout: 40_000, interval: 200 });

describe('given `npm start` is up', () => {
  let reported: Reported;
  beforeAll(async () => {
    const place = await somewhere();
    reported = await begin(place.options).ready();
  });
  afterAll(endAll);

  it('prints its steps while it starts', () => {
    expect(runs[0]?.output()).toMatch(/· Redis\n(.*\n)* +· simulated PBX\n(.*\n)* +· API, dialer, results\n/);
  });

  it('when the first printed line is pasted, then the call is answered', async () => {
    const { id } = await paste(reported.lines[0]);
    await eventually(() => paste(reported.readLine(id))).toMatchObject({
      state: 'completed',
      attempts: [{ disposition: 'answered', dial1: { disposition: 'answered' }, dial2: { disposition: 'answered' } }],
    });
  });

  it('when the second is pasted, then the call is busy, busy, and answered', async () => {
    const { id } = await paste(reported.lines[1]);
    await eventually(async () => ended(await paste(reported.readLine(id)))).toBe(true);
    const call = await paste(reported.readLine(id));
    expect(call.attempts.map((attempt: { disposition: string }) => attempt.disposition)).toEqual([
      'busy',
      'busy',
      'answered',
    ]);
    expect(call.state).toBe('completed');
  });

  it('when the vendor’s line is pasted, then the answer is ok once dial1 has answered, and the call is recorded', async () => {
    expect(await paste(reported.vendorLine)).toMatchObject({ status: 'ok', reason: '' });
    const get = (path: string) =>
      fetch(new URL(path, reported.docs), { headers: { authorization: `Bearer ${reported.apiKey}` } });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered, and asserts on it
    const read = async (path: string): Promise<any> => (await get(path)).json();
    const { calls } = await read('/v1/calls?limit=1');
    await eventually(async () => (await read(`/v1/calls/${calls[0].id}`)).state).toBe('completed');
    const { attempts } = await read(`/v1/calls/${calls[0].id}`);
    const recording = await get(attempts[0].recording);
    expect([recording.status, recording.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect((await recording.arrayBuffer()).byteLength).toBeGreaterThan(4_000);
  });

  it('when the third is pasted, then the call waits for two minutes, and states it', async () => {
    const before = Date.now();
    const { id } = await paste(reported.lines[2]);
    const call = await paste(reported.readLine(id));
    expect(call).toMatchObject({
      state: 'scheduled',
      attempts: [],
      whyNotDialedYet: { gate: 'due', sentence: expect.stringContaining('not due before'), until: call.notBefore },
    });
    // `date` gives whole seconds.
    const aheadMs = Date.parse(call.notBefore) - before;
    expect(aheadMs).toBeGreaterThanOrEqual(119_000);
    expect(aheadMs).toBeLessThan(150_000);
  });

  describe('and the vendors’ samples are run unchanged, except host and credentials', () => {
    const urlOf = () => new URL(reported.docs).origin;
    const run = async (path: string, how: RequestInit = {}) => {
      const answer = await fetch(path, how);
      const text = await answer.text();
      return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined };
    };
    const actAccess = () => ({
      url: urlOf(),
      key: reported.vendorKey,
      user: 'demo',
      password: reported.vendorPassword,
    });
    const ok = { success: 1, message: null, data: { originated_call_id: expect.stringMatching(/^orig\.call\./) } };

    it('call/originate/act: the curl and the PHP of the page', async () => {
      expect(await paste(actWith(samples.actCurl, actAccess()))).toEqual(ok);
      const headers = {
        'X-APIKEY': reported.vendorKey,
        Authorization: `Basic ${btoa(`demo:${reported.vendorPassword}`)}`,
        'Content-Type': 'application/json',
      };
      const url = `${urlOf()}/api/v4/call/originate/act`;
      expect((await run(url, { method: 'PUT', headers, body: samples.actPhpBody })).body).toEqual(ok);
    });

    it('call/originate/act: the JavaScript of the page, in a page of this machine, and in one of another', async () => {
      const page = actWith(samples.actPage, actAccess());
      // jQuery passes the answer itself to `always` on success. The page prints fields that it does not have.
      expect(await openPage(page, 'http://localhost:3000', 2)).toEqual([
        'response code: undefined undefined',
        'response body: undefined',
      ]);
      const body = page.replace('always(function (jqXHR)', 'always(function (body, textStatus, jqXHR)');
      const [code, text = ''] = await openPage(body, 'http://127.0.0.1', 2);
      expect([code, JSON.parse(text.slice('response body: '.length))]).toEqual(['response code: 200 OK', ok]);
      expect(await openPage(page, 'https://elsewhere.example', 2)).toEqual([
        'response code: 0 error',
        'response body: undefined',
      ]);
    });

    it('originate-call: the array of the page with its vars, by POST and by GET', async () => {
      const who = { api_username: 'demo', api_password: reported.vendorPassword, apiKey: reported.vendorKey };
      const query = phpQuery(signed(samples.originateCallData, who));
      const url = samples.originateCall.replace('https://[YOUR-PBX-URL]', urlOf());
      const done = { has_error: false, messages: [], results: ['Call successfully originated for queue: test-queue'] };
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await run(url, { method: 'POST', headers, body: query })).body).toEqual(done);
      expect((await run(`${url}?${query}`)).body).toEqual(done);
    });

    it('dialup: the URL of the page, its X replaced', async () => {
      const values = ['demo', reported.vendorPassword, 'demo', '1001', '0820001234'];
      const url = samples.dialup
        .replace('https://voiptech.pri', urlOf())
        .replaceAll('XXXX', () => values.shift() ?? '');
      expect(await run(url)).toMatchObject({ status: 200, text: 'OK' });
    });

    it('click2dial: the old method by GET and by POST, and the new one with either payload', async () => {
      const headers = { 'X-API-Key': reported.apiKey, 'Content-Type': 'application/json' };
      const old = samples.click2dialOld.replace('http://serverurl', urlOf());
      const url = samples.click2dial.replace('http://serverurl', urlOf());
      const fields = { agent: '1000', callee: '0820001234', outbound_id: '27820001234' };
      const bodies = [
        { ...fields, contact_ref: 'AbC123' },
        { ...fields, call_ref: 'AbC123' },
      ];
      const answers = [
        await run(old, { headers: { 'X-API-Key': reported.apiKey } }),
        await run(old, { method: 'POST', headers: { 'X-API-Key': reported.apiKey } }),
        ...(await Promise.all(bodies.map((body) => run(url, { method: 'POST', headers, body: JSON.stringify(body) })))),
      ];
      const good = { success: true, contact_ref: 'AbC123' };
      expect(answers.map(({ body }) => body)).toMatchObject([good, good, good, good]);
    });
  });

  it('then the docs page is public', async () => {
    const page = await fetch(reported.docs);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Redial API');
  });

  it('then the dashboard requires the printed login', async () => {
    expect((await fetch(reported.dashboard)).status).toBe(401);
    const authorization = `Basic ${btoa(reported.login)}`;
    expect((await fetch(reported.dashboard, { headers: { authorization } })).status).toBe(200);
  });
});

describe('when it ends', () => {
  afterEach(endAll);

  it('given calls that wait, when Ctrl-C and a second start, then all processes end, and the calls are still there: the due one is dialled', async () => {
    const place = await somewhere();
    const first = begin(place.options);
    const reported = await first.ready();
    const tomorrow = await paste(reported.lines[2]);
    const dueAt = Date.now() + 4_000;
    const soon = await paste(reported.lines[0].replace('"}', `","notBefore":"${new Date(dueAt).toISOString()}"}`));
    const family = first.family();
    // Ctrl-C reaches only with-dependencies and main. main ends the rest in order: Redis and the PBX stay until all
    // have drained.
    expect(first.group()).toHaveLength(2);
    first.signal('SIGINT', 'group');
    expect(await first.exit).toEqual({ code: 0, signal: null });
    expect(first.output()).toContain('Stopped. Calls that were waiting are kept');
    for (const name of ['api', 'dialer', 'results']) expect(place.log(name)).toContain('"msg":"drained"');
    await eventually(async () => alive(family)).toEqual([]);
    expect(family.length).toBeGreaterThanOrEqual(6); // with-dependencies, main, PBX, API, dialer, results; Redis may be in Docker.

    await eventually(async () => Date.now() > dueAt).toBe(true);
    const again = await begin(place.options).ready();
    expect(again.apiKey).toBe(reported.apiKey);
    expect(again.login).toBe(reported.login);
    expect(await paste(again.readLine(tomorrow.id))).toMatchObject({ state: 'scheduled', attempts: [] });
    await eventually(() => paste(again.readLine(soon.id))).toMatchObject({
      state: 'completed',
      attempts: [{ disposition: 'answered' }],
    });
    expect(Date.parse((await paste(again.readLine(soon.id))).attempts[0].startedAt)).toBeGreaterThan(dueAt);
  });

  it.each(['· Redis', '· API, dialer, results'])(
    'given it prints "%s", when Ctrl-C, then no process stays',
    async (step) => {
      const run = begin((await somewhere()).options);
      await run.prints(step);
      const family = run.family();
      run.signal('SIGINT', 'group');
      expect(await run.exit).toEqual({ code: 130, signal: null });
      await eventually(async () => alive(family)).toEqual([]);
    },
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'given it runs under npm, when npm gets a %s, then no process stays',
    async (signal) => {
      const run = begin((await somewhere()).options, { by: 'npm' });
      await run.ready();
      const family = run.family();
      run.signal(signal);
      await run.exit;
      await eventually(async () => alive(family)).toEqual([]);
    },
  );

  it('given main is killed, then no process that it started stays', async () => {
    const run = begin((await somewhere()).options);
    await run.ready();
    const [, main = 0, ...rest] = run.family();
    process.kill(main, 'SIGKILL');
    expect(await run.exit).toEqual({ code: 137, signal: null });
    await eventually(async () => alive(rest)).toEqual([]);
  });

  it.each([
    ['the dialer is killed', 'The dialer ended (SIGKILL)', killDialer],
    ['Redis ends', 'Redis ended', endRedis],
  ])('given %s, then it prints that, ends the rest and exits 1', async (_, sentence, end) => {
    const place = await somewhere();
    const run = begin(place.options);
    await run.ready();
    const family = run.family();
    await end(family, place);
    expect(await run.exit).toEqual({ code: 1, signal: null });
    expect(run.output()).toContain(sentence);
    await eventually(async () => alive(family)).toEqual([]);
  });
});

describe('when it cannot start', () => {
  afterEach(endAll);

  it.each([
    ['--http-port', 'httpPort'],
    ['--redis-port', 'redisPort'],
    ['--ami-port', 'amiPort'],
  ] as const)(
    'given the port of %s is in use, then one sentence names the option, and it exits 1',
    async (option, port) => {
      const place = await somewhere();
      const other = createServer().listen(place[port], '127.0.0.1');
      const run = begin(place.options);
      const exit = await run.exit;
      other.close();
      expect(exit.code).toBe(1);
      const expected = `Port ${place[port]} is in use by another program. Choose another: npm start -- ${option} <port>`;
      expect(run.output().trim().split('\n')[0]).toBe(expected);
    },
  );

  it('given it runs on this data folder already, then it prints that, and the first continues', async () => {
    const place = await somewhere();
    const reported = await begin(place.options).ready();
    const second = begin([
      ...place.options,
      '--http-port',
      String(await freePort('tcp')),
      '--redis-port',
      String(await freePort('tcp')),
    ]);
    expect((await second.exit).code).toBe(1);
    expect(second.output()).toContain(`Redial is running on ${place.folder} already`);
    expect((await fetch(reported.docs)).status).toBe(200);
  });

  it.each([
    [['--pbx', 'freeswitch'], '--pbx is simulator or asterisk'],
    [['--http-port', 'http'], '--http-port is a port from 1 to 65535'],
    [['--colour'], '--colour'],
  ])('given the wrong option %j, then it prints that with the help, and exits 2', async (options, sentence) => {
    const run = begin(options);
    expect((await run.exit).code).toBe(2);
    expect(run.output()).toContain(sentence);
    expect(run.output()).toContain('--redis-port <port>');
  });

  it('given --help, then it prints only the help', async () => {
    const run = begin(['--help']);
    expect((await run.exit).code).toBe(0);
    expect(run.output()).toMatch(/^npm start \[-- option …\]/);
  });
});

describe('given `npm start -- --pbx asterisk` is up', () => {
  afterAll(endAll);

  it('when the first printed line is pasted, then a real phone answers, the CDR is in the list, and Ctrl-C ends all', async () => {
    const place = await somewhere();
    const run = begin([...place.options, '--pbx', 'asterisk']);
    const reported = await run.ready();
    const { id } = await paste(reported.lines[0]);
    await eventually(() => paste(reported.readLine(id))).toMatchObject({
      state: 'completed',
      attempts: [{ disposition: 'answered', dial2: { disposition: 'answered' } }],
    });
    const redis = new Redis(redisOf(place));
    expect(openToOthers(place.folder)).toEqual([]);
    await eventually(() => redis.lrange('enigma:notifications:cdr', 0, -1)).toHaveLength(1);
    redis.disconnect();

    const family = run.family();
    run.signal('SIGINT', 'group');
    expect(await run.exit).toEqual({ code: 0, signal: null });
    await eventually(async () => alive(family)).toEqual([]);
  });
});

async function killDialer(family: readonly number[]): Promise<void> {
  process.kill(theOne(family, 'apps/dialer'), 'SIGKILL');
}

async function endRedis(_: readonly number[], place: StartPlace): Promise<void> {
  const redis = new Redis(redisOf(place), { retryStrategy: null });
  await redis.shutdown('NOSAVE').catch(() => undefined); // Its answer is the end of the connection.
  redis.disconnect();
}

/** The URL, as any process that may read the data folder can find it. */
function redisOf({ folder, redisPort }: StartPlace): string {
  const { redisPassword } = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'));
  return `redis://:${redisPassword}@127.0.0.1:${redisPort}`;
}

/**
 * Files that another user of this machine could read, without regard to the folder's own rights. Asterisk's
 * documentation is a link to its package.
 */
function openToOthers(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => {
    if (name.includes('/documentation/')) return false;
    const found = lstatSync(join(folder, name));
    return !found.isSymbolicLink() && !found.isSocket() && (found.mode & 0o077) !== 0;
  });
}
