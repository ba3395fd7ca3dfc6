import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, dialup, type Fields, inAMonth, originateCall, vendorTenant } from '../../support/vendors.ts';
import { anyText } from './arbitrary-calls.ts';
import { type ApiAnswer, type HostileWorld, startHostileWorld } from './hostile-world.ts';

/**
 * Whatever a vendor's client sends: it is accepted or refused in the vendor's shape, never a fault of ours; and what is accepted comes
 * back in a CDR, under the reference that the client gave or was given.
 */
let world: HostileWorld;

beforeAll(async () => {
  world = await startHostileWorld({ tenant: vendorTenant });
});
afterAll(() => world?.stop());

const runs = { numRuns: 60, endOnFailure: true } as const;
const perRun = { minLength: 1, maxLength: 8 } as const;

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const extension = digits(3).map((rest) => `1${rest}`);
const number = fc.oneof(
  digits(8).map((rest) => `08${rest}`),
  digits(9).map((rest) => `27${rest}`),
  digits(9).map((rest) => `+27${rest}`),
);
const reference = fc.string({
  unit: fc.constantFrom(...'abcXYZ019._~:-'),
  minLength: 1,
  maxLength: 230,
});
/** Mostly as it should be, sometimes anything. */
const mostly = (good: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: anyText });
const optional = (requiredKeys: readonly string[]) =>
  ({ requiredKeys: [...requiredKeys] }) as { requiredKeys: never[] };

interface Vendor {
  readonly name: string;
  readonly fields: fc.Arbitrary<Fields>;
  readonly ways: readonly ((fields: Fields) => Promise<ApiAnswer>)[];
  /** The vendor's word for "accepted". */
  readonly isAccepted: (answer: ApiAnswer) => boolean;
  /** The vendor's word for "refused". */
  readonly isRefused: (answer: ApiAnswer) => boolean;
  /** Where the client knows it. */
  readonly referenceOf: (fields: Fields, answer: ApiAnswer) => string;
}

const vendors: readonly Vendor[] = [
  {
    name: 'dialup, a future call',
    fields: fc.record(
      {
        dial1: mostly(extension),
        dial2: mostly(fc.oneof(number, extension)),
        Date: mostly(fc.constant(inAMonth.written)),
        Maxretry: mostly(fc.integer({ min: 0, max: 100 }).map(String)),
        Retrytime: mostly(fc.integer({ min: 0, max: 86_400 }).map(String)),
        ident: mostly(reference),
        Timeout: mostly(fc.integer({ min: 1, max: 300 }).map(String)),
        SetCID: mostly(number),
      },
      optional(['dial1', 'dial2', 'Date', 'Maxretry', 'Retrytime', 'ident']),
    ),
    ways: [(fields) => dialup.get(world.redial, fields), (fields) => dialup.post(world.redial, fields)],
    isAccepted: ({ status, body }) => status === 200 && body === 'OK',
    isRefused: ({ status, body }) => status === 400 && /^FAIL: ./.test(body),
    referenceOf: ({ ident }) => String(ident),
  },
  {
    name: 'originate-call',
    fields: fc.record(
      {
        project_id: mostly(fc.constant('1')),
        caller_id: mostly(number),
        caller_id_name: mostly(fc.constantFrom('John Doe', 'Zoë O’Neil', 'محمد', 'J. R. - 2/3')),
        type: mostly(fc.constantFrom('user', 'extension')),
        destination: mostly(extension),
        external_id: mostly(reference),
        outbound_number: mostly(number),
        outbound_trunk: mostly(fc.constantFrom('default-trunk', 'carrier', 'carrier2')),
      },
      optional(['project_id', 'caller_id', 'caller_id_name', 'type', 'destination', 'external_id']),
    ),
    ways: [
      (data) => originateCall.get(world.redial, data),
      (data) => originateCall.form(world.redial, data),
      (data) => originateCall.json(world.redial, data),
      (data) => originateCall.bearer(world.redial, data),
    ],
    isAccepted: ({ status, body }) => status === 200 && body.has_error === false,
    isRefused: ({ status, body }) => status === 400 && body.has_error === true && body.messages.length > 0,
    referenceOf: ({ external_id }) => String(external_id),
  },
  {
    name: 'call/originate/act',
    fields: fc.record(
      {
        caller: mostly(extension),
        callee: mostly(fc.oneof(number, extension)),
        context: mostly(fc.constantFrom('main_routing', 'outgoing')),
        caller_id: mostly(fc.oneof(number, extension)),
        trunk_name: mostly(fc.constantFrom('cisco', 'carrier')),
        timeout: mostly(fc.integer({ min: 1, max: 300 }).map(String)),
        call_limit: mostly(fc.integer({ min: 1, max: 43_200 }).map(String)),
      },
      optional(['caller', 'callee', 'context', 'caller_id', 'trunk_name']),
    ),
    ways: [(fields) => act.put(world.redial, fields), (fields) => act.post(world.redial, fields)],
    isAccepted: ({ status, body }) => status === 200 && body.success === 1,
    isRefused: ({ status, body }) => status === 200 && body.success === 0 && /^Field '/.test(body.message),
    referenceOf: (_fields, { body }) => body.data.originated_call_id,
  },
];

describe.each(vendors)('$name', ({ fields, ways, isAccepted, isRefused, referenceOf }) => {
  it('given any fields, then they are refused in its words, or their reference comes back in a CDR', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...ways), fields), perRun), async (requests) => {
        const answers = await Promise.all(requests.map(([send, given]) => send(given)));
        const odd = answers.filter((answer) => !isAccepted(answer) && !isRefused(answer));
        expect(odd.map(({ status, body }) => ({ status, body }))).toEqual([]);
        const given = answers.flatMap((answer, n) =>
          isAccepted(answer) ? [referenceOf(requests[n]?.[1] as Fields, answer)] : [],
        );
        accepted += given.length;
        for (const each of given) await expectCdr(each);
      }),
      runs,
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

/** What is due later is moved to now: the reference has to come all the way. */
async function expectCdr(given: string): Promise<void> {
  const { body } = await world.redial.request('GET', `/v1/calls?limit=1&reference=${encodeURIComponent(given)}`);
  const [call] = body.calls;
  expect(call.reference).toBe(given);
  if (call.state === 'scheduled') {
    const now = { notBefore: new Date().toISOString() };
    await world.redial.request('PATCH', `/v1/calls/${call.id}`, now, { 'if-match': '*' });
  }
  const [cdr] = await world.redial.inbox.next(call.id);
  expect(cdr).toMatchObject({ callId: call.id, reference: given });
}

describe('any bytes', () => {
  it('given as a query or a body at any vendor’s address, then it is refused, and it is not our fault', async () => {
    const bytes = fc.oneof(anyText, fc.json(), fc.string({ unit: 'binary' }));
    const addresses = [
      ['POST', '/API/dialup.php', 'application/x-www-form-urlencoded'],
      ['POST', '/api/originate-call', 'application/x-www-form-urlencoded'],
      ['POST', '/api/originate-call', 'application/json'],
      ['PUT', '/api/v4/call/originate/act', 'application/json'],
    ] as const;
    const queryText = anyText.map((text) => encodeURI(text.toWellFormed()).replaceAll('#', '%23'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...addresses), bytes, queryText, async ([method, path, type], body, query) => {
        const answers = [
          await world.redial.request(method, `${path}?${query}`, body, { 'content-type': type }),
          await world.redial.request('GET', `${path}?${query}`),
        ];
        for (const { status } of answers) {
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        }
      }),
      runs,
    );
  });
});
