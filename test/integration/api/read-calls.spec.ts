import { type Call, CallId } from '@redial/call';
import { v1 } from '@redial/dialects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

async function place(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const answer = await api.send('POST', '/v1/calls', { ...good, ...more });
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body.id;
}

async function read(id: string): Promise<v1.CallReply> {
  // Every answer is checked against the documented schema, which is strict.
  return v1.CallReply.parse((await api.send('GET', `/v1/calls/${id}`)).body);
}

describe('damaged records', () => {
  const asGlobex = (method: string, path: string, body?: unknown) =>
    api.send(method, path, body, { apiKey: api.globexKey });
  const key = (name: string) => `${api.prefix}:${name}`;
  /** Writes by the store: it checks what it reads, but not what it writes. */
  async function rewrite(id: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    const read = await api.store.readCall(CallId.parse(id));
    if (read === undefined) throw new Error('it was accepted');
    // Only the record changes: the indexes get no change.
    const after = { ...read.value, ...change } as Call;
    expect(await api.store.updateCall({ ...read, value: after }, after)).toMatchObject({ ok: true });
  }
  const counted = async (kind: string) =>
    Number(
      (await api.send('GET', '/metrics', undefined, { apiKey: null })).text.match(
        new RegExp(`^redial_damaged_records_total\\{.*kind="${kind}".*\\} (\\d+)$`, 'm'),
      )?.[1] ?? 0,
    );

  it('are omitted from a listing of calls, and the log and the metrics report them', async () => {
    const changes = [
      { acceptedAt: null },
      { request: { dial1: 1 } },
      { tenantId: undefined, history: undefined },
      { state: { status: 'nonsense' } },
      { history: [{}] },
      { gateNote: 1 },
    ];
    const placed: string[] = [];
    for (let n = 0; n <= changes.length + 1; n++) {
      const notBefore = new Date(Date.now() + 3_600_000).toISOString();
      placed.push((await asGlobex('POST', '/v1/calls', { ...good, notBefore })).body.id);
    }
    const [whole, list, ...damaged] = placed as [string, string, ...string[]];
    for (const [n, change] of changes.entries()) await rewrite(damaged[n] ?? '', change);
    await api.redis.del(key(`call:${list}`));
    await api.redis.rpush(key(`call:${list}`), 'x');
    await api.redis.zadd(key('calls:globex'), 0, 'nonsense');
    const listed = await asGlobex('GET', '/v1/calls?limit=200');
    expect(listed.status).toBe(200);
    expect(listed.body.calls.map((call: { id: string }) => call.id)).toEqual([whole]);
    for (const id of [list, ...damaged]) {
      await expect.poll(api.log).toContain(`"key":"${key(`call:${id}`)}"`);
    }
    await expect.poll(() => counted('call'), { timeout: 10_000 }).toBe(changes.length + 1);
    await expect.poll(() => counted('calls'), { timeout: 10_000 }).toBe(1);
    expect((await asGlobex('GET', `/v1/calls/${whole}`)).status).toBe(200);
    for (const id of [list, ...damaged]) expect((await asGlobex('GET', `/v1/calls/${id}`)).status).toBe(500);
  });

  it('of attempts and deliveries are omitted as well', async () => {
    const { id } = (await asGlobex('POST', '/v1/calls', good)).body;
    const attempt = await dial(api, id);
    const at = Date.now();
    await settle(api, attempt, { dial1Hangup: { cause: 17, at }, originateFailed: { reason: 0, at } });
    const stored = (await api.redis.getBuffer(key(`cdr:${attempt.id}`))) ?? Buffer.alloc(0);
    await api.redis.set(key(`cdr:${attempt.id}`), stored.subarray(0, -20));
    const seen = await asGlobex('GET', `/v1/calls/${id}`);
    expect(seen).toMatchObject({ status: 200, body: { attempts: [{ disposition: 'busy', dial1: null }] } });
    await expect.poll(() => counted('cdr'), { timeout: 10_000 }).toBe(1);

    const delivery = { id: `${attempt.id}.crm`, tenantId: 'globex', callId: attempt.callId, attemptId: attempt.id };
    await api.store.writeDelivery({ ...delivery, sink: 'crm', status: 'dead', createdAt: at, tries: 1 });
    await api.redis.set(key(`delivery:${attempt.id}.old`), JSON.stringify({ id: `${attempt.id}.old` }));
    await api.redis.zadd(key('dead:globex'), at, `${attempt.id}.old`);
    const dead = await asGlobex('GET', '/v1/deliveries?state=dead');
    expect(dead).toMatchObject({ status: 200, body: { deliveries: [{ id: delivery.id }] } });
    await expect.poll(() => counted('delivery'), { timeout: 10_000 }).toBe(1);
  });
});

describe('GET /v1/calls/{id}', () => {
  it('shows every attempt with both legs, the next one, and why it is not dialled yet', async () => {
    const id = await place({ retryPolicy: { maxRetries: 2, delaySeconds: 600 } });
    const first = await dial(api, id);
    await api.store.recordProgress(first.id, 'ringing', Date.now());
    expect(await read(id)).toMatchObject({
      state: 'dialing',
      attemptsMade: 1,
      nextAttempt: null,
      whyNotDialedYet: null,
      attempts: [{ id: first.id, number: 1, state: 'ringing', pbx: 'pbx1', disposition: null, endedAt: null }],
    });

    const at = Date.now();
    await settle(api, first, {
      rangAt: at,
      dial1Hangup: { cause: 17, sipCode: 486, at },
      originateFailed: { reason: 0, at },
    });
    const waiting = await read(id);
    expect(waiting).toMatchObject({
      state: 'waiting',
      nextAttempt: { number: 2 },
      whyNotDialedYet: { gate: 'due' },
      attempts: [
        {
          id: first.id,
          state: 'ended',
          disposition: 'busy',
          class: 'callee',
          connected: false,
          talkMs: 0,
          dial1: { disposition: 'busy', cause: 17, sipCode: 486, reason: 0 },
          dial2: { disposition: 'not_dialed', cause: null },
        },
      ],
    });
    expect(waiting.whyNotDialedYet?.sentence).toContain('Its last attempt ended with busy');
    expect(Date.parse(waiting.nextAttempt?.dueAt ?? '')).toBe(at + 600_000);

    const second = await dial(api, id);
    const answeredAt = Date.now();
    const journalEnded = {
      dialStatus: 'ANSWER',
      dial1Cause: 16,
      endedBy: 'dial2' as const,
      talkMs: 4_000,
      dialMs: 9_000,
      answeredAt,
      endedAt: answeredAt + 9_000,
      dial2Cause: 16,
    };
    await settle(api, second, { dial1AnsweredAt: answeredAt, journalEnded });
    expect(await read(id)).toMatchObject({
      state: 'completed',
      reason: 'connected',
      attemptsMade: 2,
      nextAttempt: null,
      whyNotDialedYet: null,
      attempts: [
        { number: 1 },
        { number: 2, connected: true, talkMs: 4_000, endedBy: 'dial2', dial2: { disposition: 'answered', cause: 16 } },
      ],
    });
  });

  it.each(['call_01JZ3R4M8Q6V9XK2T7B5N0CDEF', 'call_', 'x', '..', '%00', 'call_01jz3r4m8q6v9xk2t7b5n0cdef'])(
    'does not know %s',
    async (id) => {
      const answer = await api.send('GET', `/v1/calls/${id}`);
      expect(answer.status).toBe(404);
    },
  );

  it("does not know another tenant's call", async () => {
    const id = await place();
    for (const [method, path, body] of [
      ['GET', `/v1/calls/${id}`],
      ['PATCH', `/v1/calls/${id}`, { notBefore: '203001010000' }],
      ['POST', `/v1/calls/${id}/cancel`],
    ] as const) {
      const answer = await api.send(method, path, body, { apiKey: api.globexKey, headers: { 'if-match': '*' } });
      expect(answer.status).toBe(404);
      expect(answer.body.type).toBe('urn:redial:problem:call_not_found');
    }
    expect((await read(id)).state).toBe('queued');
  });
});

describe('GET /v1/calls', () => {
  it('finds by reference, newest first, only the tenant’s own', async () => {
    const ids = [
      await place({ reference: 'same' }),
      await place({ reference: 'same' }),
      await place({ reference: 'other' }),
    ];
    await api.send('POST', '/v1/calls', { ...good, reference: 'same' }, { apiKey: api.globexKey });
    const { body } = await api.send('GET', '/v1/calls?reference=same');
    expect(v1.CallPageReply.parse(body)).toEqual(body);
    expect(body.calls.map((call: { id: string }) => call.id)).toEqual([ids[1], ids[0]]);
  });

  it('finds by state', async () => {
    const id = await place({ reference: 'by-state', notBefore: new Date(Date.now() + 60_000).toISOString() });
    const inState = async (state: string) =>
      (await api.send('GET', `/v1/calls?reference=by-state&state=${state}`)).body.calls.map(
        (call: { id: string }) => call.id,
      );
    expect(await inState('scheduled')).toEqual([id]);
    expect(await inState('completed')).toEqual([]);
  });

  it('lists every call once, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push(await place({ reference: 'paged' }));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await api.send('GET', `/v1/calls?reference=paged&limit=3${from}`);
      expect(body.calls.length).toBeLessThanOrEqual(3);
      seen.push(...body.calls.map((call: { id: string }) => call.id));
      cursor = body.cursor;
    }
    expect(seen).toEqual(ids.reverse());
  });

  it('finds by the time at which they were accepted', async () => {
    const id = await place({ reference: 'timed' });
    const { acceptedAt } = await read(id);
    const at = Date.parse(acceptedAt);
    const found = async (query: string) =>
      (await api.send('GET', `/v1/calls?reference=timed&${query}`)).body.calls.map((call: { id: string }) => call.id);
    const text = (instant: number) => encodeURIComponent(new Date(instant).toISOString());
    expect(await found(`from=${text(at)}`)).toEqual([id]);
    expect(await found(`to=${text(at)}`)).toEqual([]);
    expect(await found(`from=${text(at + 1)}`)).toEqual([]);
    expect(await found('from=202001010000')).toEqual([id]);
  });
});
