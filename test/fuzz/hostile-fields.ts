import type { Random } from '../simulation/random.ts';
import type { Fields } from '../support/vendors.ts';

const values: readonly unknown[] = [
  ...[
    null,
    true,
    -1,
    0,
    1e21,
    1.5,
    '',
    ' ',
    '0',
    'x'.repeat(5_000),
    '+27820001234\r\nAction: Originate',
    '$'.concat('{SHELL(id)}'),
  ],
  ...[
    '1001&PJSIP/1002',
    '1001,30',
    [],
    {},
    [[[]]],
    { length: 1e9 },
    { toString: 1 },
    '\u0000',
    '\ud800',
    '2099-13-45T99:99:99Z',
  ],
  ...[Number.MAX_SAFE_INTEGER, 'yes', ['1001', '1002'], '٣٤٥', '1001%0d%0aX: y'],
];

/** One or two fields that no form has, or with values that no field has. */
export function hostileFields(random: Random, fields: Fields): Fields {
  if (random.chance(0.5)) return fields;
  const entries = Object.entries(fields);
  for (let n = random.int(1, 3); n > 0; n--) {
    const names = [
      ...entries.map(([name]) => name),
      'priority',
      'retryPolicy',
      'headers',
      'expiresAt',
      'constructor',
      'callerId',
    ];
    entries.push([random.pick(names), random.pick(values)]);
  }
  return Object.fromEntries(entries);
}
