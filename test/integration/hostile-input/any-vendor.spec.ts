import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  act,
  actHeaders,
  credentials,
  dialup,
  type Fields,
  inAMonth,
  originateCall,
  vendorTenant,
} from '../../support/vendors.ts';
import { anyText } from './arbitrary-calls.ts';
import { type ApiAnswer, type HostileWorld, startHostileWorld } from './hostile-world.ts';

/**
 * Every request of a vendor's client is accepted or refused in the vendor's format, without an internal error. An
 * accepted call comes back in a CDR, under the reference that the client sent or received.
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
/** Mostly valid, sometimes any value. */
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
  /** The reference, if the client knows it. */
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
    name: 'dialup, with both unique ids',
    fields: fc.record(
      {
        dial1: mostly(fc.oneof(extension, number)),
        dial2: mostly(extension),
        Response: fc.constantFrom('yes', 'YES'),
        showUID: fc.constant('yes'),
        RFormat: fc.constant('json'),
        Timeout: mostly(fc.integer({ min: 1, max: 300 }).map(String)),
      },
      optional(['dial1', 'dial2', 'Response', 'showUID', 'RFormat']),
    ),
    ways: [(fields) => dialup.get(world.redial, fields), (fields) => dialup.post(world.redial, fields)],
    isAccepted: ({ status, body }) => status === 200 && body.status === 'ok',
    isRefused: ({ status, body }) => status === 400 && body.status === 'fail' && body.reason !== '',
    referenceOf: (_fields, { body }) => body.uid1,
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
        external_info: mostly(fc.constantFrom('row 7', '{"lead":12,"list":"spring & more"}')),
        async: mostly(fc.constantFrom('0', '1')),
        vars: fc.dictionary(
          fc.oneof(
            { weight: 20, arbitrary: fc.constantFrom('CAMPAIGN', 'SKIP_WELCOME') },
            { weight: 1, arbitrary: anyText },
          ),
          mostly(fc.constantFrom('1', 'spring', 'https://crm.example/?id=1&x=2')),
          { maxKeys: 3 },
        ),
      },
      optional(['project_id', 'caller_id', 'caller_id_name', 'type', 'destination', 'external_id']),
    ),
    ways: [
      (data) => originateCall.get(world.redial, data),
      (data) => originateCall.form(world.redial, data),
      (data) => originateCall.json(world.redial, data),
      (data) => originateCall.bearer(world.redial, data),
    ],
    // The PBX answers every call, also with async=0.
    isAccepted: ({ status, body }) => status === 200 && body.has_error === false,
    // PHP reads some names as other names. Those differ from the hashed text.
    isRefused: ({ status, body }) => [400, 401].includes(status) && body.has_error === true && body.messages.length > 0,
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

/** A client that waits for a phone of another call gets Busy. */
function ringOthersEach(requests: readonly (readonly [unknown, Fields])[]): boolean {
  const phones = requests.flatMap(([, fields]) => phoneFields.flatMap((field) => fields[field] ?? []).map(nationally));
  return new Set(phones).size === phones.length;
}
const phoneFields = ['dial1', 'dial2', 'destination', 'caller_id', 'caller', 'callee'];
const nationally = (phone: unknown) => String(phone).replace(/^(?:\+?27|0)/, '');

describe.each(vendors)('$name', ({ fields, ways, isAccepted, isRefused, referenceOf }) => {
  it('given any fields, then they are refused in the vendor’s words, or their reference comes back in a CDR', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...ways), fields), perRun).filter(ringOthersEach),
        async (requests) => {
          const answers = await Promise.all(requests.map(([send, given]) => send(given)));
          const odd = answers.filter((answer) => !isAccepted(answer) && !isRefused(answer));
          expect(odd.map(({ status, body }) => ({ status, body }))).toEqual([]);
          const given = answers.flatMap((answer, n) =>
            isAccepted(answer) ? [referenceOf(requests[n]?.[1] as Fields, answer)] : [],
          );
          accepted += given.length;
          for (const each of given) await expectCdr(each);
        },
      ),
      runs,
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

/** A later call is moved to now: its reference must reach the CDR. */
async function expectCdr(given: string): Promise<void> {
  // For a call for now dialup has no reference of its own: dial1's unique id is the CDR's.
  if (given.startsWith('att_')) {
    expect(await world.redial.inbox.first(({ id }) => id === given)).toMatchObject({ dialect: 'dialup' });
    return;
  }
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
  const bytes = fc.oneof(anyText, fc.json(), fc.string({ unit: 'binary' }));
  const queryText = anyText.map((text) => encodeURI(text.toWellFormed()).replaceAll('#', '%23'));
  const form = 'application/x-www-form-urlencoded';
  const { user, pass, org } = credentials.dialup;
  const dialupWho = `user=${user}&pass=${pass}&org=${org}`;
  const bearer = `Bearer ${credentials.originateCall.apiKey}`;
  const actWho = actHeaders();
  type Send = (body: string, query: string) => Promise<ApiAnswer>;
  const request = (method: string, path: string, body: string | undefined, headers: Readonly<Record<string, string>>) =>
    world.redial.request(method, path, body, headers);
  /** With valid credentials, so that the request gets past authentication. */
  const known: readonly (readonly [way: string, send: Send])[] = [
    ['dialup GET', (_, query) => request('GET', `/API/dialup.php?${dialupWho}&${query}`, undefined, {})],
    ['dialup POST', (body) => request('POST', `/API/dialup.php?${dialupWho}`, body, { 'content-type': form })],
    [
      'originate-call GET',
      (_, query) => request('GET', `/api/originate-call?${query}`, undefined, { authorization: bearer }),
    ],
    ...['application/json', form].map(
      (type) =>
        [
          `originate-call POST ${type}`,
          (body: string) =>
            request('POST', '/api/originate-call', body, { 'content-type': type, authorization: bearer }),
        ] as const,
    ),
    [
      'call/originate/act',
      (body) => request('PUT', '/api/v4/call/originate/act', body, { 'content-type': 'application/json', ...actWho }),
    ],
    ['click2dial', (body) => request('POST', '/click2dial/calls', body, {})],
  ];
  const strangers: readonly (readonly [way: string, send: Send])[] = [
    ['dialup', (body, query) => request('POST', `/API/dialup.php?${query}`, body, { 'content-type': form })],
    ['originate-call', (body, query) => request('POST', `/api/originate-call?${query}`, body, {})],
    ['call/originate/act', (body, query) => request('PUT', `/api/v4/call/originate/act?${query}`, body, {})],
  ];

  it.each([
    ...known.map((each) => ['known', ...each] as const),
    ...strangers.map((each) => ['unknown', ...each] as const),
  ])('given by a client that is %s to %s, then it is refused, without an internal error', async (_who, _way, send) => {
    await fc.assert(
      fc.asyncProperty(bytes, queryText, async (body, query) => {
        const { status, body: said } = await send(body, query);
        // The vendor of call/originate/act refuses with status 200.
        if (status === 200) expect(said).toMatchObject({ success: 0 });
        else expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
      runs,
    );
  });
});
