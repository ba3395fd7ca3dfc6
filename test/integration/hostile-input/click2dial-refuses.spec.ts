import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NamedValues, neverAllowed, notTexts, nowhereToDial } from './hostile-values.ts';
import { type HostileWorld, type Look, startHostileWorld } from './hostile-world.ts';
import { sendRaw } from './raw-http.ts';

/**
 * Each field of click2dial, in each of its three ways, × each hostile value: refused in the vendor's format, and
 * nothing happens.
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

type Fields = Readonly<Record<string, unknown>>;
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API answered
  readonly body: any;
}

const good = { agent: '1001', callee: '0820001234', outbound_id: '27110001111', contact_ref: 'AbC123' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const query = (fields: Fields) =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString();

const ways: readonly (readonly [name: string, send: (fields: Fields) => Promise<Answer>])[] = [
  ['POST /click2dial/calls', (fields) => world.redial.request('POST', '/click2dial/calls', fields)],
  ['GET /call.php', (fields) => world.redial.request('GET', `/call.php?${query(fields)}`)],
  ['POST /call.php', (fields) => world.redial.request('POST', '/call.php', query(fields), form)],
];

const noCallerId = {
  'a campaign named as the prototype': 'tvc___proto__',
  'a campaign named as a method': 'tvc_toString',
};
const fields: readonly (readonly [field: string, values: Readonly<Record<string, string>>])[] = [
  ['agent', { ...neverAllowed, ...nowhereToDial, 'an unknown extension': '2001' }],
  ['callee', { ...neverAllowed, ...nowhereToDial, 'an extension': '1001' }],
  ['outbound_id', { ...neverAllowed, ...nowhereToDial, ...noCallerId, 'an international number': '0027110001111' }],
  ...['contact_ref', 'call_ref'].map((field) => {
    // The vendor shortens a reference that is too long.
    const { 'over-long': _cut, ...texts } = neverAllowed;
    return [field, { ...texts, 'a space': ' ', 'a SIP address': 'sip:x@y', 'a channel': 'PJSIP/1001' }] as const;
  }),
];

/** The fault of an answer that should refuse this field; undefined if there is none. */
function complaint({ status, body }: Answer, field: string): string | undefined {
  if (status !== 400) return `status ${status}`;
  if (body.success !== false || typeof body.message !== 'string' || Object.keys(body).length !== 3)
    return 'another shape';
  const named = body.errors.map((error: { field: string }) => error.field);
  return named.length === 1 && named[0] === field ? undefined : `names ${JSON.stringify(named)}`;
}

describe.each(ways)('%s', (way, send) => {
  const isForm = way === 'POST /call.php';

  it.each(fields)('given a hostile %s, then the error names it, and nothing happens', async (field, values) => {
    const answers = Object.entries(values).map(async ([name, value]) => {
      const wrong = complaint(await send({ ...good, [field]: value }), field);
      return wrong === undefined ? [] : [`${name}: ${wrong}`];
    });
    expect((await Promise.all(answers)).flat()).toEqual([]);
  });

  it('given an unknown field, then the error names it, and nothing happens', async () => {
    // Form parsers ignore these two, and so does Redial.
    const names = Object.entries({ ...neverAllowed, ...nowhereToDial }).filter(
      ([, text]) => !(isForm && ['', '__proto__'].includes(text)),
    );
    const answers = names.map(async ([name, text]) => {
      const named = text.length <= 60 ? text : `${text.slice(0, 60)}…`;
      const answer = await send({ ...good, [text]: 'x' });
      // JSON can hold half a character, a query cannot.
      const wrong = [named, named.toWellFormed()].map((field) => complaint(answer, field));
      return wrong.includes(undefined) ? [] : [`${name}: ${wrong}`];
    });
    expect((await Promise.all(answers)).flat()).toEqual([]);
  });

  it('given the same field as a list of PHP, then it is an unknown field', async () => {
    for (const name of ['agent[]', 'agent[__proto__]', '__proto__[agent]', 'constructor[prototype][agent]']) {
      expect([name, complaint(await send({ ...good, [name]: '1002' }), name)]).toEqual([name, undefined]);
    }
  });
});

describe('POST /click2dial/calls', () => {
  it.each(fields)('given a %s of the wrong type, then the error names it, and nothing happens', async (field) => {
    const { null: nothing, ...others } = notTexts;
    const values: NamedValues = {
      ...others,
      ...(!field.endsWith('_ref') && { null: nothing }),
      negative: -1001,
      huge: 1e21,
    };
    for (const [name, value] of Object.entries(values)) {
      const answer = await world.redial.request('POST', '/click2dial/calls', { ...good, [field]: value });
      expect([name, complaint(answer, field)]).toEqual([name, undefined]);
    }
  });

  it('given a body that is no object, then it is refused in the vendor’s format', async () => {
    const deep = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
    for (const body of ['null', '[]', '"x"', '1e999', '{}', '', '{', '\u0000', deep, `{"agent":${deep}}`]) {
      const answer = await world.redial.request('POST', '/click2dial/calls', body);
      expect([body.slice(0, 40), answer.status, answer.body.success]).toEqual([body.slice(0, 40), 400, false]);
    }
  });
});

describe('call.php, byte for byte', () => {
  const authorization = () => ({ Authorization: `Bearer ${world.redial.apiKey}` });

  it('given a malformed query, then it is refused', async () => {
    const rest = 'callee=0820001234&outbound_id=27110001111';
    for (const agent of [
      '%',
      '%zz',
      '%ff%fe',
      '%c0%8a',
      '%00',
      '1001%0aAction:+Command',
      '10%u3031',
      '1001&agent=1002',
      '1001;x',
      '',
    ]) {
      const target = `/call.php?agent=${agent}&${rest}`;
      const { status, body } = await sendRaw(world.redial.url, { method: 'GET', target, headers: authorization() });
      expect([agent, complaint({ status, body: JSON.parse(body) }, 'agent')]).toEqual([agent, undefined]);
    }
  });

  it('given more parameters than there are fields, then it is refused', async () => {
    const many = Array.from({ length: 2_000 }, (_, n) => `p${n}=`).join('&');
    for (const answer of [
      await world.redial.request('GET', `/call.php?${query(good)}&${many.slice(0, 6_000)}`),
      await world.redial.request('GET', `/call.php?${many.slice(0, 6_000)}&${query(good)}`),
      await world.redial.request('POST', '/call.php', `${query(good)}&${many}`, form),
    ]) {
      expect([answer.status, answer.body.success]).toEqual([400, false]);
    }
  });

  it('given HEAD, which must not change anything, then nothing is dialled', async () => {
    const target = `/call.php?${query(good)}`;
    const { status, headers } = await sendRaw(world.redial.url, { method: 'HEAD', target, headers: authorization() });
    expect(status).toBe(405);
    expect(headers).toMatch(/^Allow: GET, POST$/im);
  });
});
