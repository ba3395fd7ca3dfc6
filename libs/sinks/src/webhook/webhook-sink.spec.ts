import type { Cdr } from '@redial/call';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createWebhookSink } from './webhook-sink.ts';

const secret = `whsec_${'A'.repeat(32)}`;
const cdr = { reference: 'order-7' } as Cdr;
const toBody = ({ reference }: Cdr, writtenAt: number) => ({ reference, writtenAt });
const delivery = { id: 'att_1.crm', createdAt: 0 };

function setup(send: typeof fetch, url = 'https://crm.example/hook') {
  const clock = { at: 0, now: () => clock.at };
  const sink = createWebhookSink({
    name: 'crm',
    url,
    secrets: [secret],
    timeoutMs: 15_000,
    toBody,
    fetch: send,
    clock,
  });
  return { clock, deliver: () => sink.deliver(cdr, delivery) };
}

describe('the reply of a receiver', () => {
  it.each([
    [200, { type: 'delivered' }],
    [204, { type: 'delivered' }],
    [302, { type: 'failed', error: 'HTTP 302 (redirects are not followed)', retry: { type: 'scheduled' } }],
    [400, { type: 'failed', error: 'HTTP 400', retry: { type: 'scheduled' } }],
    [404, { type: 'failed', error: 'HTTP 404', retry: { type: 'scheduled' } }],
    [410, { type: 'failed', error: 'HTTP 410 (gone)', retry: { type: 'never' } }],
    [429, { type: 'failed', error: 'HTTP 429', retry: { type: 'scheduled' } }],
    [503, { type: 'failed', error: 'HTTP 503', retry: { type: 'scheduled' } }],
  ])('HTTP %i', async (status, result) => {
    const { deliver } = setup(async () => new Response(null, { status }));
    expect(await deliver()).toEqual(result);
  });
});

describe('a Retry-After', () => {
  it.each([
    [429, { type: 'failed', retry: { type: 'scheduled', requestedMs: 30_000 } }],
    [503, { type: 'failed', retry: { type: 'scheduled', requestedMs: 30_000 } }],
    [500, { type: 'failed', retry: { type: 'scheduled' } }],
    [200, { type: 'delivered' }],
  ])('of a %i', async (status, result) => {
    const { deliver } = setup(async () => new Response(null, { status, headers: { 'retry-after': '30' } }));
    const { error: _status, ...judged } = { error: undefined, ...(await deliver()) };
    expect(judged).toEqual(result);
  });
});

describe('the body of an answer', () => {
  it('is not read, and an error in it does not change the status', async () => {
    const reads: string[] = [];
    const body = new ReadableStream(
      {
        pull: () => void reads.push('read'),
        cancel: () => {
          reads.push('let go');
          throw new Error('broken');
        },
      },
      { highWaterMark: 0 },
    );
    const { deliver } = setup(async () => new Response(body));
    expect(await deliver()).toEqual({ type: 'delivered' });
    expect(reads).toEqual(['let go']);
  });
});

describe('a failure on the way', () => {
  const failed = (error: string) => ({ type: 'failed', error, retry: { type: 'scheduled' } });
  const coded = (code: string) => Object.assign(new Error(`${code} 10.0.0.9:443`), { code });
  it.each([
    ['no answer', new DOMException('The operation timed out', 'TimeoutError'), 'no answer within 15 s'],
    ['no listener', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 'connection refused'],
    [
      'no listener on any address',
      new TypeError('fetch failed', { cause: new AggregateError([coded('ENETUNREACH'), coded('ETIMEDOUT')]) }),
      'network unreachable',
    ],
    ['no such name', new TypeError('fetch failed', { cause: coded('ENOTFOUND') }), 'host name not found'],
    ['a bad certificate', new TypeError('fetch failed', { cause: coded('CERT_HAS_EXPIRED') }), 'TLS: CERT_HAS_EXPIRED'],
    ['something new', new TypeError('fetch failed', { cause: coded('ESURPRISE') }), 'request failed: ESURPRISE'],
    ['something without a name', 'boo', 'request failed'],
  ])('%s', async (_what, error, sentence) => {
    const { deliver } = setup(() => Promise.reject(error));
    expect(await deliver()).toEqual(failed(sentence));
  });
});

describe('the body', () => {
  async function sent() {
    const seen: { body: string; headers: Headers }[] = [];
    const sink = createWebhookSink({
      name: 'crm',
      url: 'https://crm.example/hook',
      secrets: [secret],
      timeoutMs: 15_000,
      clock: { now: () => Date.now() },
      toBody,
      fetch: async (_address, init) => {
        seen.push({ body: String(init?.body), headers: new Headers(init?.headers) });
        return new Response();
      },
    });
    await sink.deliver(cdr, delivery);
    const [{ body, headers } = { body: '', headers: new Headers() }] = seen;
    // Throws if the signature does not fit this body.
    new Webhook(secret).verify(body, Object.fromEntries(headers));
    return JSON.parse(body);
  }

  it('is that of the format, and signed', async () => {
    expect(await sent()).toEqual({ reference: 'order-7', writtenAt: 0 });
  });
});

describe('an address with a login', () => {
  it('is sent as Basic authorization', async () => {
    const seen: unknown[] = [];
    const { deliver } = setup(async (address, init) => {
      seen.push(address, new Headers(init?.headers).get('authorization'));
      return new Response();
    }, 'https://crm:p%40ss@crm.example/hook');
    await deliver();
    expect(seen).toEqual(['https://crm.example/hook', `Basic ${Buffer.from('crm:p@ss').toString('base64')}`]);
  });
});

describe('a slow receiver', () => {
  it('gets no more requests once 8 have waited for a second, and gets them again when it answers', async () => {
    const answers: ((response: Response) => void)[] = [];
    const { clock, deliver } = setup(() => new Promise((resolve) => answers.push(resolve)));
    const waiting = Array.from({ length: 8 }, deliver);

    clock.at = 1_000;
    expect([await deliver(), await deliver()]).toEqual([
      { type: 'busy', afterMs: 2_000 },
      { type: 'busy', afterMs: 2_020 },
    ]);
    expect(answers).toHaveLength(8);

    for (const answer of answers.splice(0)) answer(new Response());
    await Promise.all(waiting);
    const next = deliver();
    answers[0]?.(new Response());
    expect(await next).toEqual({ type: 'delivered' });
  });

  it('does not apply to a fast receiver', async () => {
    const { deliver } = setup(async () => new Response());
    const results = await Promise.all(Array.from({ length: 500 }, deliver));
    expect(new Set(results.map((r) => r.type))).toEqual(new Set(['delivered']));
  });
});
