import { describe, expect, it, test } from 'vitest';
import { hostileTexts, now } from '../../testing/acme.ts';
import { accepted, call, errorsOf, settings, tenantWith } from '../../testing/dialup.ts';
import { formatOf } from './response-options.ts';

describe('Response', () => {
  test.each(['yes', 'YES', 'Yes'])(
    '%s: the answer waits, and a call that cannot be dialled in time is not dialled',
    (Response) => {
      const { calls, waits } = accepted({ ...call, Response });
      expect(calls[0]?.request).toMatchObject({ outcomeAwaited: true, expiresAt: now + 15_000 });
      // 20 s to ring, 15 s to be dialled, 15 s for the outcome to arrive.
      expect(waits).toEqual({ until: now + 50_000, withDial2: false });
    },
  );

  test.each(['no', 'NO', ''])('%j: the answer comes at once', (Response) => {
    const { calls, waits } = accepted({ ...call, Response });
    expect(waits).toBeUndefined();
    expect(calls[0]?.request).not.toHaveProperty('outcomeAwaited');
    expect(calls[0]?.request).not.toHaveProperty('expiresAt');
  });

  it('waits for the outcomes of all numbers', () => {
    const { calls } = accepted({ dial1: '27820001111,27820002222', dial2: '600', Response: 'yes' });
    expect(calls.map(({ request }) => request.outcomeAwaited)).toEqual([true, true]);
  });

  it('waits as long as the ring timeout and the tenant’s waiting time', () => {
    const tenant = tenantWith({ dialects: { dialup: settings({ waitSeconds: 60 }) } });
    const { calls, waits } = accepted({ ...call, Response: 'yes', Timeout: '300' }, tenant);
    expect([calls[0]?.request.expiresAt, waits?.until]).toEqual([now + 60_000, now + 375_000]);
  });
});

describe('showUID', () => {
  it('delays the answer until dial2’s channel is known too', () => {
    expect(accepted({ ...call, Response: 'yes', showUID: 'yes' }).waits?.withDial2).toBe(true);
    expect(accepted({ ...call, Response: 'yes', showUID: 'no' }).waits?.withDial2).toBe(false);
  });

  test.each(['', 'no'])('needs Response=yes, not %j', (Response) => {
    expect(errorsOf({ ...call, showUID: 'yes', Response })).toEqual(['showUID: needs Response=yes']);
  });

  it('reports nothing if Response itself is wrong', () => {
    expect(errorsOf({ ...call, showUID: 'yes', Response: 'maybe' })).toEqual(['Response: must be yes or no']);
  });
});

describe('RFormat', () => {
  test.each(['text', 'html', 'xml', 'json'] as const)('%s, in any case', (RFormat) => {
    expect(formatOf({ RFormat })).toBe(RFormat);
    expect(formatOf({ RFormat: RFormat.toUpperCase() })).toBe(RFormat);
    expect(errorsOf({ ...call, RFormat })).toEqual([]);
  });

  test.each([undefined, 'yaml', 'constructor'])('is text if it is %s', (RFormat) => {
    expect(formatOf(RFormat === undefined ? {} : { RFormat })).toBe('text');
  });
});

const neither: readonly (readonly [name: string, text: string])[] = [
  ...hostileTexts.filter(([, text]) => text !== ''),
  ['1', '1'],
  ['true', 'true'],
];

describe.each([
  ['Response', 'must be yes or no'],
  ['showUID', 'must be yes or no'],
  ['RFormat', 'must be one of text, html, xml, json'],
])('%s', (name, message) => {
  test.each(neither)('is not %s', (_name, text) => {
    expect(errorsOf({ ...call, [name]: text })).toEqual([`${name}: ${message}`]);
  });
});
