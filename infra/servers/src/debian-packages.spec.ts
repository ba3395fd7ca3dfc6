import { describe, expect, test } from 'vitest';
import { mirrorFrom, versionsOf } from './debian-packages.ts';

describe('the mirror', () => {
  test("is the one of Debian's own release, not that of another vendor", () => {
    const targets = [
      'https://packages.vendor.example/ bookworm stable',
      'https://apt.vendor.example/ bookworm-pgdg main',
      'http://mirror.example/debian/ bookworm main',
    ].join('\n');
    expect(mirrorFrom(targets, 'bookworm')).toBe('http://mirror.example/debian/');
  });

  test('is found on a machine that follows testing', () => {
    expect(mirrorFrom('http://mirror.example/debian/ testing main', 'forky')).toBe('http://mirror.example/debian/');
  });

  test('is missing where apt has none', () => {
    expect(mirrorFrom('', 'bookworm')).toBeUndefined();
    expect(mirrorFrom('http://mirror.example/debian-security/ bookworm-security main', 'bookworm')).toBeUndefined();
  });
});

test('versions come from the file names, epochs included', () => {
  expect(versionsOf(['libssl3t64_3.6.5-1_amd64.deb', 'asterisk_1%3a22.10.1+dfsg-1_amd64.deb'])).toEqual({
    asterisk: '1:22.10.1+dfsg-1',
    libssl3t64: '3.6.5-1',
  });
});
