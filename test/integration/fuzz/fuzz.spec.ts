import { describe, expect, it } from 'vitest';
import { fuzzAmi } from '../../fuzz/fuzz-ami.ts';
import { fuzzHttp } from '../../fuzz/fuzz-http.ts';

/** A fault is printed with its input. `npm run fuzz -- --minutes <n> --seed <n>` runs for longer. */
const effort = { seed: 1, forMs: 15_000 };
const inTime = { timeout: 120_000 };

describe('given 15 seconds of hostile input', () => {
  it('at every HTTP address: the process lives, answers in time, and has no internal error', inTime, async () => {
    const { faults, inputs, met } = await fuzzHttp(effort);
    expect(faults).toEqual([]);
    // The inputs reached something: some were accepted, most were refused.
    expect(inputs).toBeGreaterThan(300);
    expect(Object.keys(met)).toEqual(expect.arrayContaining(['200', '202', '400', '401', '404', '415']));
  });

  it(
    'from a PBX: no signal is reported that it did not send, and the link reads the next good packet',
    inTime,
    async () => {
      const { faults, inputs, met } = await fuzzAmi(effort);
      expect(faults).toEqual([]);
      expect(inputs).toBeGreaterThan(300);
      expect(met['answered']).toBeGreaterThan(0);
    },
  );
});
