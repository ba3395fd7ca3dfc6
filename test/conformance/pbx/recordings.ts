import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingFile } from '@redial/call';
import { describe, expect, it, vi } from 'vitest';
import type { OrderFields, PbxWorld, Placed } from './pbx-world.ts';

export function describeRecordings(getWorld: () => PbxWorld): void {
  /** The recording's file once it is complete. */
  const recordingOf = (attemptId: string, under: string) =>
    join(getWorld().recordingsFolder, recordingFile(attemptId, under));
  const placeRecorded = async (fields: OrderFields, under = '1001'): Promise<Placed> => {
    const order = getWorld().order(fields);
    const recorded = { ...order, recordingFile: recordingFile(order.attemptId, under) };
    getWorld().dial(recorded);
    return getWorld().conclusionOf(recorded);
  };

  describe.concurrent('recordings', () => {
    it('given both talk, when recorded, then there is a file with sound in it, and the journal states it', async () => {
      const placed = await placeRecorded({
        dial1Channel: 'PJSIP/1055',
        dial2Channel: 'PJSIP/27820200750@carrier',
        talkLimitMs: 2_000,
      });

      expect(placed.journal?.slice(13, 15)).toEqual(['1', '']);
      expect(placed.evidence.journalEnded?.recorded).toBe(true);
      const { seconds, loudness } = await vi.waitFor(() => readWave(recordingOf(placed.attemptId, '1001'), 1), 30_000);
      expect(seconds).toBeLessThan(2.5);
      expect(loudness).toBeGreaterThan(1_000);
    });

    it('given dial1 speaks while dial2 rings, when recorded, then the recording begins with dial2’s answer', async () => {
      const placed = await placeRecorded({
        dial1Channel: 'PJSIP/27820200751@carrier',
        dial2Channel: 'PJSIP/27820080750@carrier',
        talkLimitMs: 1_000,
      });

      expect(placed.evidence.journalEnded?.ringMs).toBeGreaterThan(900);
      const { seconds } = await vi.waitFor(() => readWave(recordingOf(placed.attemptId, '1001'), 0.5), 30_000);
      expect(seconds).toBeLessThan(1.5);
    });

    it('given a queue talks, when recorded under its name, then there is a file', async () => {
      const placed = await placeRecorded(
        {
          dial1Channel: 'Local/test-queue@redial-queue/n',
          dial2Channel: 'PJSIP/27820200752@carrier',
          talkLimitMs: 1_000,
        },
        'test-queue',
      );

      expect(placed.evidence.journalEnded?.recorded).toBe(true);
      await vi.waitFor(() => readWave(recordingOf(placed.attemptId, 'test-queue'), 0.5), 30_000);
    });

    it('given dial2 does not answer, when it was to be recorded, then there is no file, and the journal names none', async () => {
      const placed = await placeRecorded({ dial1Channel: 'PJSIP/1056', dial2Channel: 'PJSIP/27820020750@carrier' });

      expect(placed.journal?.slice(13, 15)).toEqual(['', '']);
      expect(existsSync(recordingOf(placed.attemptId, '1001'))).toBe(false);
    });

    it('given dial1 does not answer, when it was to be recorded, then there is no file', async () => {
      const placed = await placeRecorded({ dial1Channel: 'PJSIP/1257' });

      expect(existsSync(recordingOf(placed.attemptId, '1001'))).toBe(false);
    });
  });
}

interface Wave {
  readonly seconds: number;
  /** Root mean square; silence is 0, full scale 32,767. */
  readonly loudness: number;
}

/** Throws while it is too short: Asterisk writes the last part after the call's end. */
function readWave(path: string, secondsMin: number): Wave {
  const file = readFileSync(path);
  expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 12)).toBe('RIFFWAVE');
  const samples = Array.from({ length: Math.floor((file.length - 44) / 2) }, (_, n) => file.readInt16LE(44 + n * 2));
  const seconds = samples.length / 8_000;
  expect(seconds).toBeGreaterThan(secondsMin);
  return { seconds, loudness: Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) };
}
