import { expect, test } from 'vitest';
import { tone, waveFile } from './sound.ts';

test('a tone has the requested length, at half of full scale', () => {
  const samples = tone(440, 1_500);
  expect(samples).toHaveLength(12_000);
  expect(Math.max(...samples)).toBeGreaterThan(16_000);
  expect(Math.max(...samples)).toBeLessThan(16_384);
});

test('a wave file states its length, and holds the samples', () => {
  const file = waveFile(Int16Array.of(1, -2, 3));
  expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  expect([file.length, file.readUInt32LE(4), file.readUInt32LE(40)]).toEqual([50, 42, 6]);
  expect([file.readUInt32LE(24), file.readUInt16LE(34)]).toEqual([8_000, 16]);
  expect([44, 46, 48].map((at) => file.readInt16LE(at))).toEqual([1, -2, 3]);
});
