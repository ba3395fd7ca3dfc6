import { NumberingPlan } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { callingCodeOf, isCountry } from './country.ts';
import { readNumber } from './read-number.ts';

const planOf = (country: string, fields: object = {}) => NumberingPlan.parse({ country, ...fields });

/**
 * Numbers of sixty countries, in the forms that people there write. The forms are: with the trunk prefix (where there
 * is one), without it, with `+`, with the prefix for abroad (00 by default), and E.164 digits alone.
 */
const numbers: readonly (readonly [country: string, e164: string, national: string, abroad?: string])[] = [
  ['AE', '971501234567', '0501234567'],
  ['AE', '97142345678', '042345678'],
  ['AR', '541123456789', '01123456789'],
  ['AT', '43664123456', '0664123456'],
  ['AT', '4315342345', '015342345'],
  ['AU', '61412345678', '0412345678', '0011'],
  ['AU', '61292345678', '0292345678', '0011'],
  ['BE', '32450001234', '0450001234'],
  ['BG', '35943012345', '043012345'],
  ['BR', '5511961234567', '011961234567', '0021'],
  ['BR', '551123456789', '01123456789', '0015'],
  ['CA', '15062345678', '15062345678', '011'],
  ['CH', '41781234567', '0781234567'],
  ['CH', '41442345678', '0442345678'],
  ['CL', '56961234567', '961234567'],
  ['CN', '8613123456789', '13123456789'],
  ['CN', '861062345678', '01062345678'],
  ['CO', '573211234567', '3211234567', '009'],
  ['CZ', '420601123456', '601123456'],
  ['CZ', '420224811111', '224811111'],
  ['DE', '4915123456789', '015123456789'],
  ['DE', '493023125000', '03023125000'],
  ['DK', '4534412345', '34412345'],
  ['EE', '37251234567', '51234567'],
  ['EG', '201001234567', '01001234567'],
  ['ES', '34612345678', '612345678'],
  ['ES', '34912345678', '912345678'],
  ['FI', '358412345678', '0412345678'],
  ['FR', '33612345678', '0612345678'],
  ['FR', '33142345678', '0142345678'],
  ['GB', '447400123456', '07400123456'],
  ['GB', '442079460018', '02079460018'],
  ['GH', '233231234567', '0231234567'],
  ['GR', '306912345678', '6912345678'],
  ['GR', '302102345678', '2102345678'],
  ['HK', '85251234567', '51234567', '001'],
  ['HR', '385921234567', '0921234567'],
  ['HU', '36201234567', '06201234567'],
  ['HU', '3612345678', '0612345678'],
  ['ID', '62812345678', '0812345678', '008'],
  ['IE', '353850123456', '0850123456'],
  ['IL', '972502345678', '0502345678', '013'],
  ['IN', '918123456789', '08123456789'],
  ['IT', '393123456789', '3123456789'],
  ['IT', '390612345678', '0612345678'],
  ['IT', '393931234567', '3931234567'],
  ['JP', '819012345678', '09012345678', '010'],
  ['JP', '81312345678', '0312345678', '010'],
  ['KE', '254712123456', '0712123456', '000'],
  ['KR', '821020000000', '01020000000', '00700'],
  ['KZ', '77710009998', '87710009998', '810'],
  ['MA', '212650123456', '0650123456'],
  ['MX', '525512345678', '5512345678'],
  ['MY', '60123456789', '0123456789'],
  ['NG', '2348021234567', '08021234567', '009'],
  ['NL', '31612345678', '0612345678'],
  ['NO', '4740612345', '40612345'],
  ['NZ', '64211234567', '0211234567'],
  ['PE', '51912345678', '912345678'],
  ['PH', '639051234567', '09051234567'],
  ['PK', '923012345678', '03012345678'],
  ['PL', '48512345678', '512345678'],
  ['PT', '351912345678', '912345678'],
  ['RO', '40712034567', '0712034567'],
  ['RU', '79123456789', '89123456789', '810'],
  ['RU', '74951234567', '84951234567', '810'],
  ['SA', '966512345678', '0512345678'],
  ['SE', '46701234567', '0701234567'],
  ['SG', '6581234567', '81234567', '001'],
  ['TH', '66812345678', '0812345678', '001'],
  ['TN', '21620123456', '20123456'],
  ['TR', '905012345678', '05012345678'],
  ['TZ', '255621234567', '0621234567', '000'],
  ['UA', '380501234567', '0501234567'],
  ['US', '12015550123', '2015550123', '011'],
  ['VN', '84912345678', '0912345678'],
  ['ZA', '27711234567', '0711234567'],
  ['ZA', '27110001111', '0110001111'],
];

/** Forms of these that are also another number. */
const ambiguous: Readonly<Record<string, readonly string[]>> = {
  // 008 is a carrier's prefix there, and 00 86 would be China.
  'ID 00862812345678': ['62812345678', '862812345678'],
};

describe('numbers as people of a country write them', () => {
  it.each(numbers.map((row) => ({ row, name: `${row[0]}: +${row[1]}, written there as ${row[2]}` })))(
    '$name',
    ({ row }) => {
      const [country, e164, national, abroad = '00'] = row;
      const plan = planOf(country);
      const code = isCountry(country) ? callingCodeOf(country) : '';
      const forms = [national, e164.slice(code.length), `+${e164}`, `${abroad}${e164}`, e164];
      const read = Object.fromEntries(forms.map((form) => [form, readNumber(form, plan)]));
      const expected = forms.map((form) => {
        const readings = ambiguous[`${country} ${form}`];
        return [form, readings === undefined ? { ok: true, value: e164 } : { ok: false, readings }];
      });
      expect(read).toEqual(Object.fromEntries(expected));
    },
  );

  it('has forty countries at least', () => {
    expect(new Set(numbers.map(([country]) => country)).size).toBeGreaterThanOrEqual(40);
  });
});

describe('a number of a plan that names its country', () => {
  it.each([
    ['Argentina’s mobile number with 15 inside', 'AR', '0111523456789', '5491123456789'],
    ['the same with 9, from abroad', 'AR', '+5491123456789', '5491123456789'],
    ['the same, both ways at once', 'AR', '+540111523456789', '5491123456789'],
    ['Mexico’s mobile number with 044', 'MX', '0445512345678', '525512345678'],
    ['Mexico’s mobile number with 1 behind the country code', 'MX', '+5215512345678', '525512345678'],
    ['Mexico’s number elsewhere with 01', 'MX', '015512345678', '525512345678'],
    ['the same from another country', 'US', '+5215512345678', '525512345678'],
    ['Italy’s leading zero, from abroad', 'GB', '00390612345678', '390612345678'],
    ['a trunk prefix that was left in behind +44', 'ZA', '+4407700900123', '447700900123'],
    ['the same number without it', 'ZA', '+447700900123', '447700900123'],
    ['a trunk prefix that was left in behind the own country’s code', 'GB', '+4402079460018', '442079460018'],
    ['two trunk prefixes that were left in: it stays as it is written', 'IT', '+971004860958', '971004860958'],
    ['a number abroad that no plan has', 'IT', '+8821234567890', '8821234567890'],
    ['a number of the own country that its plan does not have yet', 'US', '5551234567', '15551234567'],
    ['an Italian mobile number that begins with the country code’s digits', 'IT', '3931234567', '393931234567'],
    [
      'a German number that begins with the country code’s digits, which its area has too',
      'DE',
      '4915123456789',
      '4915123456789',
    ],
    ['Hungary’s 06 is no part of Budapest’s number', 'HU', '0612345678', '3612345678'],
    ['Kazakhstan’s number from Russia', 'RU', '87710009998', '77710009998'],
  ])('%s', (_what, country, written, e164) => {
    expect(readNumber(written, planOf(country))).toEqual({ ok: true, value: e164 });
  });

  it('a mobile number of Italy, and one of Rome without its +: neither is dialled', () => {
    const readings = ['393906123456', '3906123456'];
    expect(readNumber('3906123456', planOf('IT'))).toEqual({ ok: false, readings });
  });

  it.each([
    ['a digit short', 'ES', '61234567'],
    ['a digit more', 'ES', '6123456789'],
    ['another country’s prefix for abroad', 'US', '00447700900123'],
    ['Singapore’s 001, or 00, in front of what is no number abroad either way', 'SG', '00130212345678'],
    ['an emergency number', 'IT', '112'],
    ['an extension', 'IT', '1001'],
    ['blanks', 'IT', '393 123 4567'],
    ['letters', 'US', '1800FLOWERS'],
    ['nothing', 'IT', ''],
    ['a plus alone', 'IT', '+'],
    ['a country that is none', 'XX', '0612345678'],
  ])('refuses %s', (_what, country, written) => {
    expect(readNumber(written, planOf(country))).toEqual({ ok: false });
  });

  it.each([
    ['a length of its own', { nationalNumberLength: { min: 9, max: 9 } }, '0711234567', '27711234567'],
    ['a length that the number does not have', { nationalNumberLength: { min: 8, max: 8 } }, '0711234567', undefined],
    [
      'a length that the number does not have behind the country code',
      { nationalNumberLength: { min: 9, max: 9 } },
      '+270711234567',
      undefined,
    ],
    ['a trunk prefix of its own', { nationalPrefix: '9' }, '9711234567', '27711234567'],
    ['no trunk prefix', { nationalPrefix: '' }, '711234567', '27711234567'],
    ['a prefix for abroad of its own', { internationalPrefix: '09' }, '09447700900123', '447700900123'],
    [
      'a prefix for abroad of its own, in the place of the country’s',
      { internationalPrefix: '09' },
      '00447700900123',
      undefined,
    ],
  ])('with %s', (_what, fields, written, e164) => {
    const read = readNumber(written, planOf('ZA', fields));
    expect(read).toEqual(e164 === undefined ? { ok: false } : { ok: true, value: e164 });
  });
});
