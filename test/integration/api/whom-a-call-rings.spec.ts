import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../support/redial.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { act, credentials, dialup, originateCall, vendorTenant } from '../../support/vendors.ts';
import { clientOf, type RunningApi, startApi } from './running-api.ts';

/** The owner of a request's numbers, in every dialect. The tenant is Italian. */
let redis: TestRedis;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({
    redisUrl: redis.url,
    tenant: {
      ...vendorTenant,
      dialects: {
        ...vendorTenant.dialects,
        'call-originate-act': { ...credentials.act, contexts: { main_routing: {} }, trunks: { cisco: 'carrier' } },
      },
      numberingPlan: { country: 'IT' },
      destinations: { allow: ['+44'], deny: ['+39899'] },
      callerIds: { default: '+390612345678', allowed: ['0612345678'], agents: { '1001': '0612345678' } },
    },
  });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

interface Door {
  readonly name: string;
  /** Its name for dial1. Absent: its two sides are a phone and a number, which are never the same. */
  readonly dial1?: string;
  readonly ask: (dial2: string, dial1?: string) => Promise<ApiAnswer>;
  /** The one error of its refusal. */
  readonly error: (answer: ApiAnswer) => string;
}

const doors: readonly Door[] = [
  {
    name: 'POST /v1/calls',
    dial1: 'dial1',
    ask: (dial2, dial1 = '1001') => api.send('POST', '/v1/calls', { dial1, dial2 }),
    error: ({ body }) => `${body.errors[0].field} ${body.errors[0].message}`,
  },
  {
    name: 'dialup',
    dial1: 'dial1',
    ask: (dial2, dial1 = '1001') => dialup.get(clientOf(api), { dial1, dial2, RFormat: 'json' }),
    error: ({ body }) => body.reason,
  },
  {
    name: 'click2dial',
    dial1: 'agent',
    ask: (callee, agent = '1001') =>
      api.send('POST', '/click2dial/calls', { agent, callee, outbound_id: '0612345678' }),
    error: ({ body }) => JSON.stringify(body),
  },
  {
    name: 'originate-call',
    ask: (caller_id, destination = '1001') =>
      originateCall.bearer(clientOf(api), {
        project_id: '1',
        caller_id,
        caller_id_name: 'Rossi',
        type: 'user',
        destination,
        external_id: `x-${Math.random()}`,
        async: '1',
      }),
    error: ({ body }) => body.messages.join('; '),
  },
  {
    name: 'call/originate/act',
    dial1: 'caller',
    ask: (callee, caller = '1001') =>
      act.post(clientOf(api), {
        caller,
        callee,
        context: 'main_routing',
        caller_id: '0612345678',
        trunk_name: 'cisco',
      }),
    error: ({ body }) => body.message,
  },
];

/** dial2 of the newest call. */
async function newest(): Promise<{ readonly dial2: { readonly number: string } }> {
  const { body } = await api.send('GET', '/v1/calls?limit=1');
  return body.calls[0];
}

describe.each(doors)('$name', ({ name, dial1, ask, error }) => {
  // In a row they mean different numbers, so that a refused request is not mistaken for the previous one.
  const forms: readonly (readonly [string, string])[] = [
    ['00447700900123', '+447700900123'],
    ['3931234567', '+393931234567'],
    ...(name === 'click2dial' ? [] : [['+4407700900123', '+447700900123'] as const]),
    ['0612345679', '+390612345679'],
  ];
  it.each(name === 'originate-call' ? [] : [...forms])('reads %s as Italians write it: %s', async (written, e164) => {
    await ask(written);
    expect((await newest()).dial2.number).toBe(e164);
  });

  it('refuses an ambiguous number, and names both readings', async () => {
    expect(error(await ask('3906123456'))).toMatch(/could be \+393906123456 or \+3906123456/);
  });

  it('reports invisible characters', async () => {
    expect(error(await ask('\u202a3931234567\u202c'))).toContain(
      'holds characters that cannot be seen: U+202A at the start, U+202C at the end',
    );
  });

  it.each(dial1 === undefined ? [] : [dial1])(
    'refuses a dial2 that is dial1 (%s), in any form, and states it',
    async (first) => {
      expect(error(await ask('+393931234567'.slice(name === 'click2dial' ? 3 : 0), '3931234567'))).toContain(
        `is ${first} again: a call connects two`,
      );
      if (name !== 'click2dial') expect(error(await ask('1001', '1001'))).toContain(`is ${first} again`);
    },
  );

  it.each([
    ['00212612345678', 'is abroad, and destinations.allow has no prefix of it'],
    ['00882123456789', 'is of a premium-rate, satellite or international range'],
    ['899123456', 'destinations.deny has +39899'],
  ])('refuses %s and names the rule', async (written, rule) => {
    expect(error(await ask(written))).toContain(rule);
  });
});

it('a refusal is counted by its rule', async () => {
  const { text } = await api.send('GET', '/metrics');
  for (const rule of ['destinations.allow', 'destinations.deny', 'premium'])
    expect(text).toMatch(new RegExp(`destinations_refused[a-z_]*\\{[^}]*rule="${rule}"[^}]*\\} [1-9]`));
});

it.each([
  [{ callerId: '+390687654321' }, '/callerId', 'is not a caller ID that you may show'],
  [{ talkLimitSeconds: 43_200 }, '/talkLimitSeconds', 'must be at most 14400'],
  [{ retryPolicy: { maxRetries: 100, delaySeconds: 0 } }, '/retryPolicy/delaySeconds', 'must be at least 60'],
])('POST /v1/calls refuses %j', async (extra, field, message) => {
  const { body } = await api.send('POST', '/v1/calls', { dial1: '1001', dial2: '3931234567', ...extra });
  expect(body.errors).toEqual([{ field, message: expect.stringContaining(message) }]);
});
