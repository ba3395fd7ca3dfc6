import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NamedValues, neverAllowed, notTexts, notWholeNumbers, nowhereToDial } from './hostile-values.ts';
import { type HostileWorld, type Look, startHostileWorld } from './hostile-world.ts';
import { sendRaw } from './raw-http.ts';

/**
 * Each field of each endpoint of /v1 that accepts input × each hostile value. The answer names the field, no queue or
 * list has the call, and the PBX, which keeps every byte that it gets, got no request.
 */
let world: HostileWorld;
let before: Look;

beforeAll(async () => {
  world = await startHostileWorld();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  before = await world.look();
});
afterEach(() => world.expectNothingSince(before));

const good = { dial1: '1001', dial2: '0820001234' };

/** The body with this value at the field's place. */
function put(path: readonly string[], value: unknown, body: Readonly<Record<string, unknown>> = good): unknown {
  const [first = '', ...rest] = path;
  const inside = (body[first] ?? {}) as Readonly<Record<string, unknown>>;
  return { ...body, [first]: rest.length === 0 ? value : put(rest, value, inside) };
}

const notObjects: NamedValues = {
  ...neverAllowed,
  ...nowhereToDial,
  null: null,
  true: true,
  'a list': ['1'],
  number: 7,
};
const notChoices: NamedValues = { ...neverAllowed, ...nowhereToDial, ...notTexts, number: 7 };
const notInHeaders: NamedValues = { ...neverAllowed, ...notTexts, number: 7 };

const fields: readonly (readonly [path: string, values: NamedValues])[] = [
  ...['dial1', 'dial2', 'callerId', 'dial1CallerId', 'notBefore', 'expiresAt', 'trunk'].map(
    (field) => [field, { ...notChoices, number: 1001 }] as const,
  ),
  [
    'reference',
    { ...notInHeaders, empty: '', 'a space': ' ', 'a channel': 'PJSIP/1001', 'a trunk behind @': 'a@carrier' },
  ],
  ...['dial1RingTimeoutSeconds', 'dial2RingTimeoutSeconds', 'talkLimitSeconds', 'priority'].map(
    (field) => [field, notWholeNumbers] as const,
  ),
  ...['retryPolicy', 'variables', 'headers', 'headers/dial1', 'headers/dial2'].map(
    (field) => [field, notObjects] as const,
  ),
  ...[
    'maxRetries',
    'delaySeconds',
    'networkBudget/maxRetries',
    'networkBudget/windowSeconds',
    'networkBudget/delaySeconds',
  ]
    .concat('perDisposition/busy/maxRetries', 'perDisposition/busy/delaySeconds')
    .map((field) => [`retryPolicy/${field}`, notWholeNumbers] as const),
  ...['networkBudget', 'perDisposition', 'perDisposition/busy'].map(
    (field) => [`retryPolicy/${field}`, notObjects] as const,
  ),
  ['retryPolicy/until', notChoices],
  ['retryPolicy/perDisposition/busy/backoff', notChoices],
  ['retryPolicy/retryUnknown', { ...notObjects, true: 'true', 'an object': {} }],
  ...['headers/dial1/X-A', 'headers/dial2/X-A'].map((field) => [field, notInHeaders] as const),
  ['variables/CAMPAIGN', { ...neverAllowed, ...notTexts, number: 7 }],
];

interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The fault of an answer that should refuse this field; undefined if there is none. */
function complaint(
  { status, type, errors }: { readonly status: number; readonly type: unknown; readonly errors: unknown },
  field: string,
): string | undefined {
  if (status !== 400 || type !== 'urn:redial:problem:invalid_request') return `status ${status}, type ${type}`;
  const named = (errors as FieldError[]).map((error) => error.field);
  return named.length > 0 && named.every((one) => one === field || one.startsWith(`${field}/`))
    ? undefined
    : `names ${JSON.stringify(named)}`;
}

/** Sends each body as a call, and all together as a batch. Resolves with the wrong answers. */
async function refusals(bodies: readonly (readonly [name: string, body: unknown, field: string])[]): Promise<string[]> {
  const batch = await world.redial.request('POST', '/v1/calls/batch', { calls: bodies.map(([, body]) => body) });
  expect(batch.status).toBe(200);
  const found = bodies.map(async ([name, body, field], index) => {
    const one = await world.redial.request('POST', '/v1/calls', body, { 'idempotency-key': randomUUID() });
    const item = batch.body.results[index];
    const complaints = [
      complaint(one.body, field),
      one.headers.get('content-type')?.startsWith('application/problem+json') ? undefined : 'is no problem+json',
      item.accepted === false ? complaint(item.problem, field) : 'the batch accepted it',
      JSON.stringify(one.body).length < 2_000 ? undefined : 'the answer repeats what was sent',
    ];
    return complaints.flatMap((each) => (each === undefined ? [] : [`${name}: ${each}`]));
  });
  return (await Promise.all(found)).flat();
}

describe('POST /v1/calls and /v1/calls/batch', () => {
  it.each(fields)('given a hostile %s, then the error names it, and nothing happens', async (path, values) => {
    const steps = path.split('/');
    const bodies = Object.entries(values).map(([name, value]) => [name, put(steps, value), `/${path}`] as const);
    expect(await refusals(bodies)).toEqual([]);
  });

  it.each(['variables', 'headers/dial1', 'headers/dial2'])(
    'given a hostile name in %s, then the error names it, and nothing happens',
    async (path) => {
      const bodies = Object.entries({ ...neverAllowed, ...nowhereToDial }).map(
        ([name, text]) => [name, put([...path.split('/'), text], 'x'), `/${path}`] as const,
      );
      expect(await refusals(bodies)).toEqual([]);
    },
  );

  it.each(['', 'retryPolicy', 'retryPolicy/perDisposition', 'retryPolicy/networkBudget', 'headers'])(
    'given an unknown field in /%s, then the error names it, and nothing happens',
    async (path) => {
      const steps = path === '' ? [] : path.split('/');
      const bodies = Object.entries({ ...neverAllowed, ...nowhereToDial }).map(([name, text]) => {
        // Without a parent the pointer is the name itself.
        const field = path === '' ? `/${escaped(text)}` : `/${path}`;
        return [name, put([...steps, text], {}), field] as const;
      });
      expect(await refusals(bodies)).toEqual([]);
    },
  );

  it('given one more header than a leg may have, then they are refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`X-${n}`, 'x']));
    expect(await refusals([['11 headers', put(['headers', 'dial1'], many), '/headers/dial1']])).toEqual([]);
  });

  it.each(['/v1/calls', '/v1/calls/batch'])(
    'given a body for %s that is no object, then it is refused',
    async (path) => {
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      const bodies = [
        'null',
        '[]',
        '"x"',
        '1e999',
        '{}',
        '',
        '{',
        '\u0000',
        deep,
        `{"dial1":${deep}}`,
        `{"calls":[${deep}]}`,
      ];
      for (const body of bodies) {
        for (const headers of [{}, { 'idempotency-key': randomUUID() }]) {
          const { status, body: problem } = await world.redial.request('POST', path, body, headers);
          const nothingAccepted = (status >= 400 && status < 500) || (status === 200 && problem.accepted === 0);
          expect([body.slice(0, 40), status, nothingAccepted]).toEqual([body.slice(0, 40), status, true]);
        }
      }
    },
  );

  it.each([
    ['a number of JSON beyond all numbers', '{"dial1":"1001","dial2":"1002","priority":1e999}', '/priority'],
    ['a field given twice, of which the last counts', '{"dial1":"1001","dial2":"1002","dial2":"1002&1003"}', '/dial2'],
    ['a prototype with fields', '{"dial1":"1001","__proto__":{"dial2":"1002"}}', '/__proto__'],
  ])('given %s, then it is named', async (_name, body, field) => {
    const { status, body: problem } = await world.redial.request('POST', '/v1/calls', body);
    expect(status).toBe(400);
    expect(problem.errors.map((error: FieldError) => error.field)).toContain(field);
  });
});

describe('headers of the request itself', () => {
  // Values that HTTP allows, without valid keys.
  const printable = Object.entries({ ...neverAllowed, ...nowhereToDial })
    .map(([name, text]) => [name, Buffer.from(text).toString('latin1')] as const)
    .filter(([, text]) => !/[\0\r\n\x7f]/.test(text) && !/^("?)[\w.~:+/=-]{1,255}\1$/.test(text.trim()));
  const request = (headers: Readonly<Record<string, string>>) =>
    sendRaw(world.redial.url, {
      method: 'POST',
      target: '/v1/calls',
      headers: { Authorization: `Bearer ${world.redial.apiKey}`, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(good),
    });

  it('given a hostile Idempotency-Key, then the error names it, and nothing happens', async () => {
    for (const [name, value] of printable) {
      const { status, body } = await request({ 'Idempotency-Key': value });
      expect([name, status]).toEqual([name, 400]);
      const problem = JSON.parse(body);
      expect(problem.type).toBe('urn:redial:problem:invalid_idempotency_key');
      expect(problem.errors).toEqual([{ field: 'Idempotency-Key', message: 'is not a valid key' }]);
    }
  });

  it.each(['Authorization', 'X-API-Key'])('given a hostile %s, then it is refused', async (name) => {
    for (const [given, value] of printable) {
      const bare = { Authorization: '', 'X-API-Key': '', [name]: name === 'Authorization' ? `Bearer ${value}` : value };
      const { status, body } = await request(bare);
      expect([given, status]).toEqual([given, 401]);
      expect(JSON.parse(body).type).toBe('urn:redial:problem:unauthenticated');
    }
  });

  it.each(['Content-Type', 'Content-Encoding'])('given a hostile %s, then it is 415', async (name) => {
    for (const [given, value] of printable.filter(([, text]) => text.trim() !== '')) {
      const { status } = await request({ [name]: name === 'Content-Type' ? value : `gzip${value}` });
      expect([given, status]).toEqual([given, 415]);
    }
  });

  it.each(['Idempotency-Key', 'If-Match', 'X-API-Key', 'Content-Type', 'X-Anything'])(
    'given a control character in %s, then it is no HTTP',
    async (name) => {
      for (const end of ['\r', '\n', '\0', '\x7f']) {
        const { status } = await request({ [name]: `a${end}b` });
        expect([end, status]).toEqual([end, 400]);
      }
    },
  );
});

describe('PATCH /v1/calls/{id}', () => {
  let id: string;
  let etag: string;
  const patch = (path: string, body: unknown, headers: Readonly<Record<string, string>> = { 'if-match': etag }) =>
    world.redial.request('PATCH', `/v1/calls/${path}`, body, headers);

  beforeEach(async () => {
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    const call = await world.redial.request('POST', '/v1/calls', { ...good, notBefore });
    expect(call.status).toBe(202);
    id = call.body.id;
    etag = call.headers.get('etag') ?? '';
    before = await world.look();
  });
  afterEach(async () => {
    const { headers, body } = await world.redial.request('GET', `/v1/calls/${id}`);
    expect([headers.get('etag'), body.state]).toEqual([etag, 'scheduled']);
  });

  it.each(['notBefore', 'expiresAt'])(
    'given a hostile %s, then the error names it, and the call stays unchanged',
    async (field) => {
      for (const [name, value] of Object.entries({ ...notChoices, number: 202_612_312_359 })) {
        if (field === 'expiresAt' && value === null) continue; // Takes the limit away.
        const answer = await patch(id, { [field]: value });
        expect([name, complaint(answer.body, `/${field}`)]).toEqual([name, undefined]);
      }
    },
  );

  it('given an unknown field, then the error names it, and the call stays unchanged', async () => {
    for (const [name, text] of Object.entries({ ...neverAllowed, ...nowhereToDial, request: 'dial1' })) {
      const answer = await patch(id, { notBefore: '203001010000', [text]: 1 });
      expect([name, answer.status, answer.body.errors.map((error: FieldError) => error.field)]).toEqual([
        name,
        400,
        expect.arrayContaining([`/${escaped(text)}`]),
      ]);
    }
  });

  it('given an id of another tenant or of no call, then it is not found', async () => {
    for (const [name, text] of Object.entries({
      ...neverAllowed,
      ...nowhereToDial,
      almost: `${id}0`,
      lower: id.toLowerCase(),
    })) {
      const { status } = await patch(encodeURIComponent(text.toWellFormed()), { notBefore: '203001010000' });
      // Without an id it is the address of all calls.
      expect([name, status]).toEqual([name, text === '' ? 405 : 404]);
    }
    for (const path of ['%', '%zz', '%E0%A4%A', '%ff'])
      expect([path, (await patch(path, {})).status]).toEqual([path, 400]);
  });

  it('given an If-Match that is not its version, then it is refused', async () => {
    for (const value of ['', '"', '0', '"0"', 'W/"1"', '"1', '"1"x', '"__proto__"', '\xff', '&', '"1";*']) {
      const answer = await patch(id, { notBefore: '203001010000' }, { 'if-match': value });
      expect([value, answer.status]).toEqual([value, 412]);
    }
  });
});

/** A name in a JSON pointer, as long as an answer repeats it. */
function escaped(name: string): string {
  const short = name.length <= 60 ? name : `${name.slice(0, 60)}…`;
  return short.replaceAll('~', '~0').replaceAll('/', '~1');
}
