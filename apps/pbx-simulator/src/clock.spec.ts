import { expect, it } from 'vitest';
import { realClock, type SimulatedClock } from './clock.ts';

const blockMs = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const passed = (clock: SimulatedClock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

it('runs what is due in the order in which it is due, however late the machine is', async () => {
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
  expect(seen).toEqual([2, 4, 6, 7, 8, 10, 12, 14]);
});

it('does not run what was called off, by what is due at the same moment too', async () => {
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
