import { expect, it } from 'vitest';
import { realClock, type SimulatedClock } from './clock.ts';

const blockMs = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const passed = (clock: SimulatedClock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

it('runs timers in the order in which they are due, even on a slow machine', async () => {
  const clock = realClock(10);
  const startedAt = clock.ticks();
  const seen: number[] = [];
  const note = () => seen.push(Math.round((clock.ticks() - startedAt) / 100));
  const over = passed(clock, 1_500);
  const poll = () => {
    note();
    clock.after(200, poll);
  };
  clock.after(200, poll);
  clock.after(700, note);
  blockMs(120);
  await over;
  expect(seen.filter((at) => at < 15)).toEqual([2, 4, 6, 7, 8, 10, 12, 14]);
});

it('does not run a stopped timer, even one that another timer of the same instant stopped', async () => {
  const clock = realClock(10);
  const ran: string[] = [];
  let callOff = () => {};
  clock.after(100, () => {
    ran.push('first');
    callOff();
  });
  callOff = clock.after(100, () => ran.push('second'));
  await passed(clock, 100);
  expect(ran).toEqual(['first']);
});
