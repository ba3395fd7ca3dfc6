import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeRecording } from './recording.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redial-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeRecording', () => {
  it.each([
    [1_500, 1.5],
    [60_000, 10],
    [0, 0],
  ])('given a talk of %i ms, when written, then it plays for %f s', (talkMs, seconds) => {
    writeRecording(folder, 'redial/1001/att_1.wav', talkMs);

    const file = readFileSync(join(folder, 'redial/1001/att_1.wav'));
    expect([file.toString('latin1', 0, 4), file.toString('latin1', 8, 16)]).toEqual(['RIFF', 'WAVEfmt ']);
    expect([file.readUInt32LE(4) + 8, file.readUInt32LE(40) + 44]).toEqual([file.length, file.length]);
    expect(file.readUInt32LE(40) / file.readUInt32LE(28)).toBe(seconds);
  });

  it('given a talk, when written, then it is not silence', () => {
    writeRecording(folder, 'a.wav', 100);

    const samples = readFileSync(join(folder, 'a.wav')).subarray(44);
    expect(Math.max(...samples)).toBeGreaterThan(100);
  });
});
