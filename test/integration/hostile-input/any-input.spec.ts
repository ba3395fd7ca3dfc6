import { v1 } from '@redial/dialects';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyText, arbitraryCall, arbitraryClick, arbitraryField } from './arbitrary-calls.ts';
import { type Asked, expectedOriginate, reportedBy } from './expected-originate.ts';
import { type ApiAnswer, type HostileWorld, startHostileWorld } from './hostile-world.ts';
import { originatesIn } from './originate-reader.ts';

/**
 * No input causes a 500. For an accepted call, the bytes to the PBX are exactly one Originate with its known headers
 * and the given values, and nothing more.
 */
let world: HostileWorld;
/** Bytes that were checked already. */
let judged: number;

beforeAll(async () => {
  world = await startHostileWorld();
  judged = world.simulator.received().length;
});
afterAll(() => world?.stop());

/** Since the last time, the PBX got exactly one Originate for each of these calls, unchanged, and no other. */
async function expectOriginated(
  calls: readonly { readonly attemptId: string; readonly asked: Asked }[],
): Promise<void> {
  await world.originated(
    calls.map((call) => call.attemptId),
    judged,
  );
  const bytes = world.simulator.received();
  const found = originatesIn(bytes.slice(judged));
  judged = bytes.length;
  expect([...found.keys()].sort()).toEqual(calls.map((call) => call.attemptId).sort());
  for (const { attemptId, asked } of calls) {
    const [message = [], ...again] = found.get(attemptId) ?? [];
    expect(again).toEqual([]);
    expect(message).toEqual(expectedOriginate(asked, attemptId, reportedBy(message, asked)));
  }
}

function expectRefusal({ status, body }: ApiAnswer, shape: 'problem' | 'vendor'): void {
  expect([status, body.type, body.success]).toEqual(
    shape === 'problem' ? [400, 'urn:redial:problem:invalid_request', undefined] : [400, undefined, false],
  );
  expect(body.errors.length).toBeGreaterThan(0);
}

/** The first attempt of an accepted call, dialled or not. */
async function attemptOf(callId: string): Promise<string> {
  const { body } = await world.redial.request('GET', `/v1/calls/${callId}`);
  return body.attempts[0]?.id ?? body.nextAttempt.id;
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
// A failure leaves unchecked bytes, and earlier inputs would fail too. So there is nothing to shrink.
const runs = { numRuns: 40, endOnFailure: true } as const;

describe('any input', () => {
  it('given any calls for /v1/calls, then each is refused, or dialled exactly as requested', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryCall, { minLength: 1, maxLength: 8 }), async (bodies) => {
        const answers = await Promise.all(bodies.map((body) => world.redial.request('POST', '/v1/calls', body)));
        const calls = answers.flatMap((answer, index) => {
          if (answer.status === 202) return [{ attemptId: answer.body.nextAttempt.id, asked: bodies[index] as Asked }];
          expectRefusal(answer, 'problem');
          return [];
        });
        accepted += calls.length;
        await expectOriginated(calls);
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('given any batch, then each of its calls is refused, or dialled exactly as requested', async () => {
    let accepted = 0;
    const items = fc.array(
      fc.oneof({ weight: 9, arbitrary: arbitraryCall }, { weight: 1, arbitrary: fc.jsonValue() }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(items, async (bodies) => {
        const { status, body } = await world.redial.request('POST', '/v1/calls/batch', { calls: bodies });
        expect([status, body.results.length, body.accepted + body.rejected]).toEqual([
          200,
          bodies.length,
          bodies.length,
        ]);
        const results: readonly { accepted: boolean; id: string; problem: unknown }[] = body.results;
        const calls = await Promise.all(
          results.flatMap(async (result, index) => ({
            result,
            attemptId: result.accepted ? await attemptOf(result.id) : '',
            asked: bodies[index] as Asked,
          })),
        );
        for (const { result } of calls.filter((call) => !call.result.accepted))
          expect(result.problem).toMatchObject({ status: 400, errors: expect.any(Array) });
        const dialled = calls.filter((call) => call.result.accepted);
        accepted += dialled.length;
        await expectOriginated(dialled);
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('given any click2dial request, in each of its ways, then it is refused, or dialled exactly as requested', async () => {
    let accepted = 0;
    const ways: readonly ((fields: Readonly<Record<string, string>>) => Promise<ApiAnswer>)[] = [
      (fields) => world.redial.request('POST', '/click2dial/calls', fields),
      (fields) => world.redial.request('GET', `/call.php?${new URLSearchParams(fields)}`),
      (fields) => world.redial.request('POST', '/call.php', new URLSearchParams(fields).toString(), form),
    ];
    const click = fc.tuple(fc.constantFrom(...ways), arbitraryClick);
    await fc.assert(
      fc.asyncProperty(fc.array(click, { minLength: 1, maxLength: 8 }), async (clicks) => {
        const answers = await Promise.all(clicks.map(([send, fields]) => send(fields)));
        for (const answer of answers.filter(({ status }) => status !== 200)) expectRefusal(answer, 'vendor');
        const calls = answers.flatMap(({ status, body }, index) =>
          status === 200 ? [{ callId: body.call_ref as string, fields: clicks[index]?.[1] as Click }] : [],
        );
        accepted += calls.length;
        await expectOriginated(
          await Promise.all(
            calls.map(async ({ callId, fields }) => ({
              attemptId: await attemptOf(callId),
              asked: askedBy(fields, callId),
            })),
          ),
        );
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('given anything in any one field, then it is refused, or dialled exactly as requested', async () => {
    const fields = [...Object.keys(v1.CreateCall.shape)].filter((name) => !['notBefore', 'expiresAt'].includes(name));
    const good = { dial1: '1001', dial2: '0820001234' };
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryField(fields), { minLength: 1, maxLength: 20 }), async (changes) => {
        const bodies = changes.map(([name, value]) => ({ ...good, [name]: value }));
        const answers = await Promise.all(bodies.map((body) => world.redial.request('POST', '/v1/calls', body)));
        const calls = answers.flatMap((answer, index) => {
          if (answer.status === 202) return [{ attemptId: answer.body.nextAttempt.id, asked: bodies[index] as Asked }];
          expectRefusal(answer, 'problem');
          return [];
        });
        await expectOriginated(calls);
      }),
      runs,
    );
  });

  it('given any Idempotency-Key, then it is refused, or the call is placed once', async () => {
    const good = { dial1: '1001', dial2: '0820001234' };
    // Only characters that fetch sends: no control characters, one byte per character.
    const key = fc.oneof(
      fc.uuid(),
      anyText.map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')),
    );
    await fc.assert(
      fc.asyncProperty(key, async (given) => {
        const send = () => world.redial.request('POST', '/v1/calls', good, { 'idempotency-key': given });
        const [first, second] = [await send(), await send()];
        expect([202, 400]).toContain(first.status);
        if (first.status === 400) expect(first.body.errors[0].field).toBe('Idempotency-Key');
        expect([second.status, second.body.id]).toEqual([first.status, first.body.id]);
        const isNew = first.status === 202 && first.headers.get('idempotency-replayed') === null;
        await expectOriginated(isNew ? [{ attemptId: first.body.nextAttempt.id, asked: good }] : []);
      }),
      runs,
    );
  });

  it('given any change of a waiting call, then it is refused, or the call continues to wait', async () => {
    const notBefore = new Date(Date.now() + 86_400_000).toISOString();
    const { body: call } = await world.redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '1002', notBefore });
    const later = fc
      .date({
        min: new Date(Date.now() + 172_800_000),
        max: new Date(Date.now() + 31_000_000_000),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString());
    const moment = fc.oneof({ weight: 1, arbitrary: later }, { weight: 3, arbitrary: anyText });
    const changes = fc.record({ notBefore: moment, expiresAt: moment }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const answer = await world.redial.request('PATCH', `/v1/calls/${call.id}`, change, { 'if-match': '*' });
        if (answer.status === 200) expect(answer.body.state).toBe('scheduled');
        else expectRefusal(answer, 'problem');
      }),
      runs,
    );
    await expectOriginated([]);
    expect((await world.redial.request('POST', `/v1/calls/${call.id}/cancel`)).status).toBe(200);
  });

  it('given any bytes as a body, a query or a path, then nothing is accepted, and there is no internal error', async () => {
    const bytes = fc.oneof(anyText, fc.json(), fc.string({ unit: 'binary' }));
    const addresses: readonly (readonly [method: string, path: string, headers: Readonly<Record<string, string>>])[] = [
      ['POST', '/v1/calls', {}],
      ['POST', '/v1/calls/batch', {}],
      ['POST', '/click2dial/calls', {}],
      ['POST', '/call.php', form],
      ['PATCH', '/v1/calls/call_01K00000000000000000000000', { 'if-match': '*' }],
    ];
    const pathText = anyText.map((text) => encodeURI(text.toWellFormed()).replaceAll('#', '%23'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...addresses), bytes, pathText, async ([method, path, headers], body, text) => {
        const answers = [
          await world.redial.request(method, path, `${body}`, headers),
          await world.redial.request('GET', `/call.php?${text}`),
          await world.redial.request(method, `${path}/${text}`, '{}', headers),
        ];
        for (const { status } of answers) {
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        }
      }),
      runs,
    );
    await expectOriginated([]);
  });
});

type Click = Readonly<Record<'agent' | 'callee' | 'outbound_id', string>> & { readonly contact_ref?: string };

/** The vendor's fields as fields of /v1, by its page. */
function askedBy({ agent, callee, outbound_id, contact_ref = '' }: Click, callId: string): Asked {
  const callerId = { random: '27110002222', tvc_spring: '27110003333' }[outbound_id] ?? outbound_id;
  const shown = callerId.startsWith('0') ? `27${callerId.slice(1)}` : callerId;
  const headers = {
    'X-Teleforge-Outbound-ID': shown,
    'X-Teleforge-Call-Ref': contact_ref === '' ? callId : contact_ref.slice(0, 230),
  };
  return { dial1: agent, dial2: callee, callerId, headers: { dial1: agent.length === 4 ? headers : {}, dial2: {} } };
}
