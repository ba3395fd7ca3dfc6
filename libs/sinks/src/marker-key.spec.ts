import { describe, expect, it } from 'vitest';
import { markerKey, refuseKeyWithoutMarkers } from './marker-key.ts';

describe('the marker of a delivery', () => {
  it.each([
    ['enigma:notifications:cdr', '{enigma:notifications:cdr}:delivered:d1'],
    ['{acme}:cdr', '{acme}:cdr:delivered:d1'],
    ['a{b}c{d}', 'a{b}c{d}:delivered:d1'],
    ['open{end', '{open{end}:delivered:d1'],
  ])('lies in the Cluster slot of %s', (key, marker) => {
    expect(() => refuseKeyWithoutMarkers(key)).not.toThrow();
    expect(markerKey(key, 'd1')).toBe(marker);
    expect(hashedPart(marker)).toBe(hashedPart(key));
  });

  it.each(['a}b', '{}x'])('cannot be named for %s', (key) => {
    expect(() => refuseKeyWithoutMarkers(key)).toThrow(RangeError);
  });
});

/** The part of a key that Redis Cluster hashes (Redis Cluster specification, "Hash tags"). */
function hashedPart(key: string): string {
  const from = key.indexOf('{');
  const to = from === -1 ? -1 : key.indexOf('}', from + 1);
  return to === -1 || to === from + 1 ? key : key.slice(from + 1, to);
}
