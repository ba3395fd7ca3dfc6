const samplesPerSecond = 8_000;

/** A sine at half of full scale: 16-bit samples, 8,000 in a second. */
export function tone(hertz: number, durationMs: number): Int16Array {
  const samples = new Int16Array(Math.round((durationMs * samplesPerSecond) / 1_000));
  for (let n = 0; n < samples.length; n++) {
    samples[n] = Math.round(0x3fff * Math.sin((2 * Math.PI * hertz * n) / samplesPerSecond));
  }
  return samples;
}

/** In the form of Asterisk's format_wav: RIFF, one channel, 8 kHz, 16 bits, little-endian. */
export function waveFile(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write('RIFF', 0);
  header.writeUInt32LE(bytes + 36, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(samplesPerSecond, 24);
  header.writeUInt32LE(samplesPerSecond * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  const data = Buffer.alloc(bytes);
  for (const [n, sample] of samples.entries()) data.writeInt16LE(sample, n * 2);
  return Buffer.concat([header, data]);
}
