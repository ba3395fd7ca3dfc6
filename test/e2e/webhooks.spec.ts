import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ReceivedRequest,
  startWebhookReceiver,
  status,
  type WebhookReceiver,
} from '../support/webhook-receiver.ts';
import { agent, aWorld, customer, invites, place } from './world.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const stream = 'cdr-stream';

/** A CRM whose failure depends on the request: the beginning of a call's reference selects how its CDR is received. */
function startCrm(mended: () => boolean): Promise<WebhookReceiver> {
  const seen = new Set<string>();
  return startWebhookReceiver((response, socket, request) => {
    const id = request.headers['webhook-id'] ?? '';
    const reference: string = JSON.parse(request.body).data.reference;
    const first = !seen.has(id);
    seen.add(id);
    if (reference.startsWith('fails-once') && first) return status(500)(response, socket, request);
    if (reference.startsWith('gone') && !mended()) return status(410)(response, socket, request);
    status(204)(response, socket, request);
  });
}

describe('given a tenant with webhooks, a stream and a list', () => {
  let crm: WebhookReceiver;
  let sleeper: WebhookReceiver;
  let redis: Redis;
  let mended = false;
  const asleep: (() => void)[] = [];
  let awake = false;

  const world = aWorld(async () => {
    crm = await startCrm(() => mended);
    // Accepts every request and answers none, until it is woken.
    sleeper = await startWebhookReceiver((response, socket, request) => {
      const answer = () => status(200)(response, socket, request);
      if (awake) answer();
      else asleep.push(answer);
    });
    return {
      sinks: [
        { type: 'webhook', name: 'sleeper', url: sleeper.url, secret, timeoutSeconds: 60 },
        { type: 'webhook', name: 'crm', url: crm.url, secret },
        { type: 'redis-stream', name: 'stream', key: stream },
      ],
    };
  });
  beforeAll(() => {
    redis = new Redis(world.redis.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await Promise.all([crm?.stop(), sleeper?.stop()]);
  });

  const requestsOf = (receiver: WebhookReceiver, callId: string): ReceivedRequest[] =>
    receiver.received.filter((request) => JSON.parse(request.body).data.callId === callId);
  async function untilReceived(callId: string, count: number): Promise<ReceivedRequest[]> {
    await expect.poll(() => requestsOf(crm, callId).length, { timeout: 30_000 }).toBe(count);
    return requestsOf(crm, callId);
  }
  const deadLetters = async () => (await world.redial.request('GET', '/v1/deliveries?state=dead')).body.deliveries;

  it('when a call ends, then webhook, stream and list have the same CDR, and the signature is valid', async () => {
    const [dial1, dial2] = [agent('answers', 1), customer('busy', 1)];
    const id = await place(world, { dial1, dial2: `+${dial2}`, reference: 'fine-1' });
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ disposition: 'busy', dial2: { cause: 17, sipCode: 486 } });
    const [request] = await untilReceived(id, 1);
    expect(request).toMatchObject({ method: 'POST', headers: { 'webhook-id': `${cdr.id}.crm` } });
    expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toEqual({
      type: 'cdr',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: cdr,
    });
    expect(() => new Webhook(`whsec_${'A'.repeat(44)}`).verify(request?.body ?? '', request?.headers ?? {})).toThrow();
    await expect
      .poll(() => entriesOf(id), { timeout: 10_000 })
      .toEqual([{ id: `${cdr.id}.stream`, type: 'cdr', data: cdr }]);
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  });

  it('when the receiver fails with 500, then it gets the same CDR again under the same id, signed anew', async () => {
    const dial1 = agent('busy', 2);
    const id = await place(world, { dial1, dial2: `+${customer('answers', 2)}`, reference: 'fails-once-1' });
    const [cdr] = await world.redial.inbox.next(id);
    const requests = await untilReceived(id, 2);
    expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual(Array(2).fill(`${cdr.id}.crm`));
    expect(requests.map(({ body }) => body)).toEqual(Array(2).fill(requests[0]?.body));
    const [first, second] = requests.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(4); // Whole seconds; the schedule has 5.
    for (const { body, headers } of requests)
      expect(new Webhook(secret).verify(body, headers)).toMatchObject({ data: { id: cdr.id, dial1: { cause: 17 } } });
    expect(invites(world, dial1)).toBe(1);
    expect(await deadLetters()).toEqual([]);
  });

  it('when the receiver answers 410, then the delivery is dead, and can be sent again once the receiver is repaired', async () => {
    const id = await place(world, {
      dial1: agent('busy', 3),
      dial2: `+${customer('answers', 3)}`,
      reference: 'gone-1',
    });
    const [cdr] = await world.redial.inbox.next(id);
    const letter = `${cdr.id}.crm`;
    await expect.poll(deadLetters, { timeout: 10_000 }).toMatchObject([
      {
        id: letter,
        callId: id,
        attemptId: cdr.id,
        sink: 'crm',
        state: 'dead',
        tries: 1,
        lastError: 'HTTP 410 (gone)',
      },
    ]);
    expect(requestsOf(crm, id)).toHaveLength(1);
    const resend = () => world.redial.request('POST', `/v1/deliveries/${letter}/resend`);

    // The receiver still answers 410: the delivery is dead again, after one more try.
    expect(await resend()).toMatchObject({ status: 202, body: { id: letter, state: 'pending' } });
    await untilReceived(id, 2);
    await expect.poll(deadLetters, { timeout: 10_000 }).toMatchObject([{ id: letter, state: 'dead' }]);

    mended = true;
    expect(await resend()).toMatchObject({ status: 202 });
    const requests = await untilReceived(id, 3);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([letter]));
    await expect.poll(deadLetters, { timeout: 10_000 }).toEqual([]);
    await expect.poll(async () => (await resend()).status, { timeout: 10_000 }).toBe(409);
    expect(requestsOf(crm, id)).toHaveLength(3);
  });

  it('when one receiver never answers, then list, stream and the other receiver still have every CDR', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        place(world, {
          dial1: agent('busy', 20 + n),
          dial2: `+${customer('answers', 20 + n)}`,
          reference: `crowd-${n}`,
        }),
      ),
    );
    const cdrs = (await Promise.all(ids.map((id) => world.redial.inbox.next(id)))).flat();
    expect(cdrs).toHaveLength(20);
    for (const id of ids) {
      await untilReceived(id, 1);
      expect(await entriesOf(id)).toHaveLength(1);
    }
    // All this happened while every one of its requests hung.
    expect(sleeper.received.length).toBe(asleep.length);
    expect(asleep.length).toBeGreaterThan(0);

    awake = true;
    for (const answer of asleep) answer();
    await expect
      .poll(() => new Set(sleeper.received.map(({ headers }) => headers['webhook-id'])), { timeout: 30_000 })
      .toEqual(new Set(world.redial.inbox.all().map((cdr) => `${cdr.id}.sleeper`)));
    expect(ids.map((_, n) => invites(world, agent('busy', 20 + n)))).toEqual(Array(20).fill(1));
  });

  async function entriesOf(callId: string): Promise<unknown[]> {
    const entries = await redis.xrange(stream, '-', '+');
    return entries
      .map(([, fields]) => Object.fromEntries(fields.flatMap((field, i) => (i % 2 ? [] : [[field, fields[i + 1]]]))))
      .map((entry) => ({ ...entry, data: JSON.parse(String(entry['data'])) }))
      .filter(({ data }) => data.callId === callId);
  }
});
