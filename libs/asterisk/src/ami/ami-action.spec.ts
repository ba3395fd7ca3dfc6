import { expect, test } from 'vitest';
import { type AmiAction, formatAction } from './ami-action.ts';

test('headers go out in order, ActionID behind Action', () => {
  expect(
    formatAction(
      [
        ['Action', 'Getvar'],
        ['Variable', 'A'],
        ['Variable', 'B'],
      ],
      'id-1',
    ),
  ).toEqual({
    ok: true,
    value: 'Action: Getvar\r\nActionID: id-1\r\nVariable: A\r\nVariable: B',
  });
});

test('an ActionID with a line end is refused too', () => {
  expect(formatAction([['Action', 'Ping']], 'a\r\nb')).toMatchObject({ ok: false });
});

test('a line holds 1,022 bytes, and not one more', () => {
  const action = (bytes: number): AmiAction => [
    ['Action', 'Ping'],
    ['X', 'y'.repeat(bytes - 'X: '.length)],
  ];
  expect(formatAction(action(1_022), '1')).toMatchObject({ ok: true });
  expect(formatAction(action(1_023), '1')).toEqual({ ok: false, message: 'X is longer than 1022 bytes' });
  expect(
    formatAction(
      [
        ['Action', 'Ping'],
        ['X', 'ë'.repeat(510)],
      ],
      '1',
    ),
  ).toMatchObject({ ok: false });
});

test('an action holds 128 headers, and not one more', () => {
  const action = (headers: number): AmiAction => [
    ['Action', 'Ping'],
    ...Array.from({ length: headers - 2 }, () => ['Variable', 'A=1'] as const),
  ];
  expect(formatAction(action(128), '1')).toMatchObject({ ok: true });
  expect(formatAction(action(129), '1')).toEqual({ ok: false, message: 'more than 128 headers' });
});

test.each(['', 'A B', 'A:', 'A\n', 'Ä', '-A'])('the header name %j is refused', (name) => {
  expect(
    formatAction(
      [
        ['Action', 'Ping'],
        [name, 'x'],
      ],
      '1',
    ),
  ).toMatchObject({ ok: false });
});
