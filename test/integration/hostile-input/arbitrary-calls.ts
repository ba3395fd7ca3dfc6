import fc from 'fast-check';
import { neverAllowed, nowhereToDial } from './hostile-values.ts';

const digit = fc.constantFrom(...'0123456789');
const digits = (length: number) => fc.string({ unit: digit, minLength: length, maxLength: length });
const legalCharacters = [...'ABCabcxyzXYZ0123456789 ._~:@+=/#*-'];
const dangerousCharacters = [...'\r\n\0\t,;|&$(){}[]<>"\'\\%^`!?٣３\u200f\u2028é'];

const legal = fc.string({ unit: fc.constantFrom(...legalCharacters), maxLength: 10 });

/** Any text: known attacks, near misses, and every kind of string. */
export const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.values(neverAllowed), ...Object.values(nowhereToDial)) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom(...legalCharacters, ...dangerousCharacters), maxLength: 20 }),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(legal, fc.constantFrom(...dangerousCharacters), legal).map((parts) => parts.join('')),
  },
);
const anyValue = fc.oneof({ weight: 3, arbitrary: anyText }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });

const extension = digits(3).map((rest) => `1${rest}`);
const number = fc.oneof(
  digits(8).map((rest) => `08${rest}`),
  digits(9).map((rest) => `27${rest}`),
  digits(9).map((rest) => `+27${rest}`),
  // After a country code a 0 is a trunk prefix, which is removed.
  digits(9).map((rest) => `00447${rest}`),
  digits(6).map((rest) => `+1${rest}`),
);
const party = fc.oneof(extension, number);
const headerValue = fc.string({ unit: fc.constantFrom(...legalCharacters), maxLength: 250 });
const variableValue = fc.string({ unit: fc.constantFrom(...legalCharacters, ...'?%[]'), maxLength: 250 });
const headerName = fc
  .string({ unit: fc.constantFrom(...'ABCabc019-'), minLength: 1, maxLength: 60 })
  .map((rest) => `X-${rest}`);

/** Mostly valid, sometimes any value. */
const mostly = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 24, arbitrary: good }, { weight: 1, arbitrary: anyValue });

const headers = mostly(
  fc.dictionary(
    fc.oneof({ weight: 30, arbitrary: headerName }, { weight: 1, arbitrary: anyText }),
    mostly(headerValue),
    {
      maxKeys: 10,
    },
  ),
);

/** A body for POST /v1/calls. About half of them are accepted. */
export const arbitraryCall = fc.record(
  {
    dial1: mostly(party),
    dial2: mostly(party),
    callerId: mostly(party),
    dial1CallerId: mostly(party),
    dial1CallerName: mostly(fc.constantFrom('John Doe', 'Zoë O’Neil', 'محمد', '李 雷', 'J. R. 2/3')),
    record: mostly(fc.boolean()),
    clientInfo: mostly(fc.constantFrom('row 7', '{"lead":12,"list":"spring & more"}', 'نص')),
    dial1RingTimeoutSeconds: mostly(fc.integer({ min: 1, max: 300 })),
    dial2RingTimeoutSeconds: mostly(fc.integer({ min: 1, max: 300 })),
    talkLimitSeconds: mostly(fc.integer({ min: 1, max: 14_400 })),
    trunk: mostly(fc.constantFrom('carrier', 'carrier2')),
    reference: mostly(fc.string({ unit: fc.constantFrom(...'abcXYZ019._~:-'), minLength: 1, maxLength: 230 })),
    priority: mostly(fc.integer({ min: 0, max: 9 })),
    variables: mostly(fc.record({ CAMPAIGN: mostly(variableValue) })),
    headers: mostly(fc.record({ dial1: headers, dial2: headers }, { requiredKeys: [] })),
  },
  { requiredKeys: ['dial1', 'dial2'] },
);

/** The fields of click2dial, as texts. */
export const arbitraryClick = fc.record(
  {
    agent: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.oneof(
          extension,
          digits(8).map((rest) => `08${rest}`),
        ),
      },
      { weight: 1, arbitrary: anyText },
    ),
    callee: fc.oneof({ weight: 8, arbitrary: digits(9).map((rest) => `27${rest}`) }, { weight: 1, arbitrary: anyText }),
    outbound_id: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('27110001111', '0110001111', 'random', 'tvc_spring') },
      { weight: 1, arbitrary: anyText },
    ),
    contact_ref: fc.oneof(
      { weight: 8, arbitrary: fc.string({ unit: fc.constantFrom(...'abcXYZ019._~:-'), maxLength: 400 }) },
      { weight: 1, arbitrary: anyText },
    ),
  },
  { requiredKeys: ['agent', 'callee', 'outbound_id'] },
);

/** One field's name with any value. */
export const arbitraryField = (names: readonly string[]) =>
  fc.tuple(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: anyText }), anyValue);
