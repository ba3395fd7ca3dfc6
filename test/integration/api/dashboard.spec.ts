import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { dial, settle } from './dialed.ts';
import { type RunningApi, startApi } from './running-api.ts';

const good = { dial1: '1001', dial2: '0820001234' };
let redis: TestRedis;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

function login(user = api.admin.user, password = api.admin.password): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function visit(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: unknown) {
  return api.send(method, `/admin/queues${path}`, body, {
    apiKey: null,
    headers: { authorization: login(), ...headers },
  });
}

describe('the login', () => {
  it.each([
    ['nothing', {}],
    ['an API key', () => ({ authorization: `Bearer ${api.acmeKey}` })],
    ['a wrong password', () => ({ authorization: login(api.admin.user, 'wrong') })],
    ['a wrong user', () => ({ authorization: login('root') })],
    ['an empty one', { authorization: 'Basic ' }],
    ['no colon', { authorization: `Basic ${Buffer.from('admin').toString('base64')}` }],
  ])('refuses %s', async (_name, given) => {
    const headers = typeof given === 'function' ? given() : given;
    for (const path of ['', '/', '/api/queues', '/static/js/main.js', '/queue/dial']) {
      const answer = await api.send('GET', `/admin/queues${path}`, undefined, { apiKey: null, headers });
      expect(answer.status, path).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
    }
  });

  it('serves the page, and the policy allows its parts', async () => {
    const page = await visit('GET', '');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('x-powered-by')).toBeNull();
    const scripts = [...page.text.matchAll(/<script[^>]*src="([^"]+)"/g)].map(([, src]) => src);
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect((await visit('GET', `/${script}`)).status).toBe(200);
  });

  it('is off if no password is set, and the log states it', async () => {
    const without = await startApi({ redisUrl: redis.url, env: { REDIAL_ADMIN_USER: '', REDIAL_ADMIN_PASSWORD: '' } });
    try {
      const answer = await without.send('GET', '/admin/queues', undefined, {
        apiKey: null,
        headers: { authorization: login('', '') },
      });
      expect(answer.status).toBe(404);
      expect(without.log()).toContain('the dashboard is off');
    } finally {
      await without.stop();
    }
  });
});

it('its page names no other host', async () => {
  for (const path of ['', '/queue/dial', '/queue/dial/att_1']) {
    const { text } = await visit('GET', path);
    expect(text).toContain('<div id="root">');
    expect([...text.matchAll(/(?:href|src|action)="((?:https?:)?\/\/[^"]*)"/g)].map(([, address]) => address)).toEqual(
      [],
    );
  }
});

it('its times have a zone, and it offers no button, because nearly all of them are refused', async () => {
  const { text } = await visit('GET', '');
  const config = JSON.parse(/<script id="__UI_CONFIG__"[^>]*>(.*?)<\/script>/s.exec(text)?.[1] ?? '');
  expect(Object.values(config.dateFormats)).toHaveLength(3);
  for (const format of Object.values(config.dateFormats)) expect(format).toHaveProperty('timeZoneName');
  const { queues } = (await visit('GET', '/api/queues')).body;
  expect(queues.map((queue: { name: string; readOnlyMode: boolean }) => [queue.name, queue.readOnlyMode])).toEqual([
    ['dial', true],
    ['results', true],
    ['deliveries', true],
  ]);
});

describe('the data of the dashboard', () => {
  it('shows with an attempt’s job how the attempt ended, from its record', async () => {
    const { body } = await api.send('POST', '/v1/calls', { ...good, retryPolicy: { maxRetries: 0 } });
    const attempt = await dial(api, body.id);
    const job = async () => (await visit('GET', `/api/queues/dial/${attempt.id}`)).body.job;
    expect(await job()).toMatchObject({ name: 'dial: originating', returnValue: 'originating', isFailed: false });
    const at = Date.now();
    await settle(api, attempt, {
      rangAt: at,
      dial1Hangup: { cause: 17, sipCode: 486, at },
      originateFailed: { reason: 0, at },
    });
    const said = 'busy; dial1: busy (SIP 486, cause 17); dial2: not dialled';
    const reported = { name: 'dial: busy', returnValue: said, failedReason: said, isFailed: true };
    expect(await job()).toMatchObject(reported);
    const { queues } = (await visit('GET', '/api/queues?activeQueue=dial&status=latest&jobsPerPage=200')).body;
    const listed = queues.find(({ name }: { name: string }) => name === 'dial').jobs;
    expect(listed.find(({ id }: { id: string }) => id === attempt.id)).toMatchObject(reported);
  });

  it('shows ids and a masked number', async () => {
    const { body } = await api.send('POST', '/v1/calls', { ...good, reference: 'secret-reference' });
    const shown = await visit('GET', `/api/queues/dial/${body.nextAttempt.id}`);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain(body.id);
    expect(shown.text).toContain('********234');
    expect(shown.text).not.toMatch(/820001234|secret-reference|1001"/);
  });
});

describe('the buttons of the dashboard', () => {
  async function sleeping(): Promise<{ id: string; job: string }> {
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await api.send('POST', '/v1/calls', { ...good, notBefore });
    return { id: body.id, job: body.nextAttempt.id };
  }

  it('Promote makes a job run; the call is still not due, and the gates are checked', async () => {
    const { id, job } = await sleeping();
    const before = (await jobCounts(api.queues)).dial;
    const answer = await visit('PUT', `/api/queues/dial/${job}/promote`);
    expect(answer.status).toBeLessThan(300);
    expect((await jobCounts(api.queues)).dial.waiting).toBe(before.waiting + 1);
    expect((await api.send('GET', `/v1/calls/${id}`)).body).toMatchObject({
      state: 'scheduled',
      whyNotDialedYet: { gate: 'due' },
    });
  });

  it.each([
    ['POST', '/api/queues/results/add', { name: 'results', data: {}, options: {} }],
    ['PATCH', '/api/queues/dial/{job}/update-data', { jobData: { callId: 'x' } }],
    ['PUT', '/api/queues/dial/{job}/clean', undefined],
    ['PUT', '/api/queues/dial/clean/delayed', undefined],
    ['PUT', '/api/queues/dial/empty', undefined],
    ['PUT', '/api/queues/dial/obliterate', undefined],
    ['PUT', '/api/queues/dial/concurrency', { concurrency: 1 }],
    ['PUT', '/api/queues/dial/pause', undefined],
    ['PUT', '/api/queues/pause', undefined],
  ])('%s %s is not among them', async (method, path, body) => {
    const { job } = await sleeping();
    const before = await jobCounts(api.queues);
    const answer = await visit(method, path.replace('{job}', job), {}, body);
    expect(answer.status).toBe(405);
    expect(await jobCounts(api.queues)).toEqual(before);
    expect(JSON.parse((await api.redis.hget(`${api.prefix}:dial:${job}`, 'data')) ?? '')).toMatchObject({
      attemptId: job,
    });
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { referer: 'https://evil.example/page' },
  ])('another site cannot press them (%j)', async (headers) => {
    const { job } = await sleeping();
    const before = await jobCounts(api.queues);
    expect((await visit('PUT', `/api/queues/dial/${job}/promote`, headers)).status).toBe(403);
    expect(await jobCounts(api.queues)).toEqual(before);
  });

  it('one that comes too late gets 409', async () => {
    const { job } = await sleeping();
    const promote = () => visit('PUT', `/api/queues/dial/${job}/promote`);
    expect((await promote()).status).toBeLessThan(300);
    expect(await promote()).toMatchObject({ status: 409, body: { error: { key: 'ERRORS.REFUSED' } } });
  });

  it('its own page can', async () => {
    const { job } = await sleeping();
    const own = { origin: api.url, 'sec-fetch-site': 'same-origin' };
    expect((await visit('PUT', `/api/queues/dial/${job}/promote`, own)).status).toBeLessThan(300);
  });
});

describe('a paused queue', () => {
  const native = () => api.queues.native as readonly { name: string; pause(): Promise<void> }[];
  const readiness = async (path: string) => api.send('GET', path, undefined, { apiKey: null });
  const paused = async () =>
    (await readiness('/metrics')).text
      .match(/^redial_queue_paused\{.*\} [01]$/gm)
      ?.map((line) => line.replace(/process="[a-z]+",?/, '').replace(',}', '}'));

  /** A report that was made a moment ago is sent to later requests too. */
  const eventually = { timeout: 10_000 };
  const checked = async () => (await readiness('/readyz')).body.checks.queues;

  it('is reported by /readyz and the metrics, calls are still accepted, and it can be resumed', async () => {
    await expect.poll(paused, eventually).toContain('redial_queue_paused{queue="dial"} 0');
    await native()
      .find(({ name }) => name === 'dial')
      ?.pause();
    await expect
      .poll(checked, eventually)
      .toBe(
        'the dial queue is paused, and nothing is dialled for any tenant; PUT /admin/queues/api/queues/dial/resume sets it going',
      );
    expect((await readiness('/readyz')).status).toBe(503);
    expect((await readiness('/readyz/accepting')).status).toBe(200);
    await expect.poll(paused, eventually).toContain('redial_queue_paused{queue="dial"} 1');
    expect((await visit('PUT', '/api/queues/dial/resume')).status).toBeLessThan(300);
    await expect.poll(checked, eventually).toBe('ok');
    await expect.poll(paused, eventually).toContain('redial_queue_paused{queue="dial"} 0');
  });
});

describe('percent signs that start no escape', () => {
  const escapes = ['x%', '%', '%zz', '%25', 'x%25', '%25zz', '%c0%af', '%ff', '%u0041', '%00', '%2500', '%e4%b8'];
  const paths = [
    '/api/queues?queueName=',
    '/api/queues?activeQueue=',
    '/api/queues?status=',
    '/api/queues/api/job-schedulers?queueName=',
    '/api/job-schedulers?queueName=',
    '/api/queues/',
    '/api/queues/dial/',
    '/queue/',
    '/static/',
    '/',
  ];
  it.each(paths)('%s… never cause an internal error', async (path) => {
    for (const written of escapes) {
      const { status, text } = await visit('GET', `${path}${written}`);
      expect(status, `${written} ${text}`).toBeLessThan(500);
      expect((await visit('PUT', `${path}${written}/retry`)).status, written).toBeLessThan(500);
    }
  });

  it('at other addresses neither', async () => {
    const others = [
      '/v1/calls/',
      '/v1/calls?cursor=',
      '/v1/recordings/',
      '/call.php?agent=',
      '/API/dialup.php?user=',
      '/api/originate-call?data=',
      '/api/v4/',
      '/click2dial/recordings/',
      '/docs/',
      '/readyz?x=',
      '/metrics?x=',
      '/',
    ];
    for (const path of others)
      for (const written of escapes)
        expect((await api.send('GET', `${path}${written}`)).status, `${path}${written}`).not.toBe(500);
  });
});
