import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tone, waveFile } from '@redial/servers/sound';

const longestMs = 10_000;
const hertz = 440;

/** Writes MixMonitor's file: a WAV with a tone, as long as the talk and at most 10 s. */
export function writeRecording(folder: string, file: string, talkMs: number): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, waveFile(tone(hertz, Math.min(Math.max(0, talkMs), longestMs))));
}
