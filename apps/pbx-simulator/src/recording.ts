import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const samplesPerSecond = 8_000;
const longestMs = 10_000;
const hertz = 440;

/** What MixMonitor leaves behind: a WAV of 8 kHz, 16 bits and one channel, as long as the talk (10 s at most), with a tone in it. */
export function writeRecording(folder: string, file: string, talkMs: number): void {
  const samples = Math.round((Math.min(Math.max(0, talkMs), longestMs) * samplesPerSecond) / 1_000);
  const wave = Buffer.alloc(44 + samples * 2);
  wave.write('RIFF', 0);
  wave.writeUInt32LE(wave.length - 8, 4);
  wave.write('WAVEfmt ', 8);
  wave.writeUInt32LE(16, 16);
  wave.writeUInt16LE(1, 20);
  wave.writeUInt16LE(1, 22);
  wave.writeUInt32LE(samplesPerSecond, 24);
  wave.writeUInt32LE(samplesPerSecond * 2, 28);
  wave.writeUInt16LE(2, 32);
  wave.writeUInt16LE(16, 34);
  wave.write('data', 36);
  wave.writeUInt32LE(samples * 2, 40);
  for (let n = 0; n < samples; n++) {
    wave.writeInt16LE(Math.round(0x3fff * Math.sin((2 * Math.PI * hertz * n) / samplesPerSecond)), 44 + n * 2);
  }
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wave);
}
