import { describe, expect, it } from 'vitest';
import { createFinalEventWait } from './final-event-wait.ts';

function aFinalEventWait() {
  const clock = { at: 1_000_000 };
  return { clock, time: createFinalEventWait(() => clock.at) };
}

describe('the wait for the second final event', () => {
  it.each([
    { what: 'nothing was seen', gaps: [], waits: 1_500 },
    { what: 'final events came close together', gaps: [3, 40], waits: 1_500 },
    { what: 'they lay apart', gaps: [3, 900, 40], waits: 2_700 },
    { what: 'they lay very far apart', gaps: [60_000], waits: 10_000 },
  ])('when $what, then it is $waits ms', ({ gaps, waits }) => {
    const { time } = aFinalEventWait();
    for (const gap of gaps) time.noteSkew(gap);
    expect(time.waitMs(1_500)).toBe(waits);
  });

  it('when a half came too late, then it is longer, and longer again if that was too short', () => {
    const { time } = aFinalEventWait();
    const waits = [1, 2, 3].map(() => {
      const wait = time.waitMs(1_500);
      time.noteTooLate();
      return wait;
    });
    expect(waits).toEqual([1_500, 4_500, 10_000]);
  });

  it('when final events come close together again, then it is as before within a minute', () => {
    const { time, clock } = aFinalEventWait();
    time.noteSkew(2_000);
    clock.at += 30_000;
    time.noteSkew(5);
    expect(time.waitMs(1_500)).toBe(6_000);
    clock.at += 30_000;
    expect(time.waitMs(1_500)).toBe(1_500);
  });

  it('when gaps stay long, but shorter than the first, then it fits those', () => {
    const { time, clock } = aFinalEventWait();
    time.noteSkew(3_000);
    for (let s = 0; s < 90; s += 10) {
      clock.at += 10_000;
      time.noteSkew(1_000);
    }
    expect(time.waitMs(1_500)).toBe(3_000);
  });

  it('when no gap was seen for over a minute, then it is as before', () => {
    const { time, clock } = aFinalEventWait();
    time.noteSkew(2_000);
    clock.at += 3_600_000;
    expect(time.waitMs(1_500)).toBe(1_500);
  });

  it('when the clock is set back, then earlier gaps are still forgotten', () => {
    const { time, clock } = aFinalEventWait();
    time.noteSkew(2_000);
    clock.at -= 3_600_000;
    expect(time.waitMs(1_500)).toBe(1_500);
  });
});
