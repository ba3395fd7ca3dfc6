import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { problem, problems } from './problem.ts';

const page = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .map((line) => /^\| `(\w+)` \| (\d{3}) \| \S.* \| \S.* \|$/.exec(line))
  .flatMap((row) => (row === null ? [] : [[row[1], Number(row[2])]]));

test.each(Object.entries(problems))(
  'docs/reference/errors.md explains %s, with its status and what to do',
  (code, { status }) => {
    expect(rows).toContainEqual([code, status]);
  },
);

it('docs/reference/errors.md names only existing problems, and none twice', () => {
  expect(rows.map(([code]) => code)).toEqual(Object.keys(problems));
});

it('names a limited number of errors, and states how many more there are', () => {
  const errors = Array.from({ length: 320 }, (_, i) => ({ field: `/k${i}`, message: 'is not a known field' }));
  expect(problem('invalid_request', { errors: errors.slice(0, 20) }).errors).toEqual(errors.slice(0, 20));
  expect(problem('invalid_request', { errors }).errors).toEqual([
    ...errors.slice(0, 20),
    { field: '', message: 'and 300 more' },
  ]);
});
