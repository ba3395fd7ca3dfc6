import { describe, expect, it } from 'vitest';
import { tenantOf } from '../../testing/builders.ts';
import { hasExtension } from './tenant.ts';

describe('extensions of a tenant', () => {
  const extensions = { list: ['2001'], pattern: '1[0-9]{3}' };

  it.each([
    ['in the list', '2001', true],
    ['by the pattern', '1001', true],
    ['in neither', '2002', false],
    ['longer than the pattern', '10011', false],
    ['the pattern with something behind', '1001\n', false],
    ['the pattern in Arabic digits', '١٠٠١', false],
  ])('%s: %j', (_what, extension, ok) => {
    expect(hasExtension(tenantOf({ extensions }), extension)).toBe(ok);
  });

  it('are digits, even with a loose pattern', () => {
    const loose = tenantOf({ extensions: { pattern: '.*' } });
    expect(hasExtension(loose, '1001')).toBe(true);
    for (const written of ['1001@carrier', '1001&1002', '1001,30', 'sip:a', '', '1', '123456789']) {
      expect(hasExtension(loose, written)).toBe(false);
    }
  });

  it('of a pattern with alternatives are anchored at both ends', () => {
    const either = tenantOf({ extensions: { pattern: '10|20' } });
    expect(hasExtension(either, '10')).toBe(true);
    expect(hasExtension(either, '200')).toBe(false);
    expect(hasExtension(either, '110')).toBe(false);
  });
});
