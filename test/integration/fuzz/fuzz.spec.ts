import { describe, expect, it } from 'vitest';
import { fuzzAmi } from '../../fuzz/fuzz-ami.ts';
import { fuzzHttp } from '../../fuzz/fuzz-http.ts';

/** A fault is printed with its input. `npm run fuzz -- --minutes <n> --seed <n>` goes on for longer. */
const effort = { seed: 1, forMs: 15_000 };
const inTime = { timeout: 120_000 };

describe('given 15 seconds of hostile input', () => {
  it('at every HTTP address: the process lives, answers in time, and is not at fault', inTime, async () => {
    const { faults, inputs, met } = await fuzzHttp(effort);
    expect(faults).toEqual([]);
    // It got somewhere: some were taken, most were refused.
    expect(inputs).toBeGreaterThan(300);
    expect(Object.keys(met)).toEqual(expect.arrayContaining(['200', '202', '400', '401', '404', '415']));
  });

  it('from a PBX: nothing is believed that it did not say, and the link hears the next good word', inTime, async () => {
    const { faults, inputs, met } = await fuzzAmi(effort);
    expect(faults).toEqual([]);
    expect(inputs).toBeGreaterThan(300);
    expect(met['answered']).toBeGreaterThan(0);
  });
});
