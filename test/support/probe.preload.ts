import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Preloaded into a process of Redial (`node --import`), only by tests. It steps the clock and counts timers. The test
 * writes the offset into `clock` in the probe's folder and sends SIGWINCH; the answer is the file `<pid>.timers`.
 * Timers are not changed: they run on a monotonic clock, which no step moves.
 */
const folder = process.env['REDIAL_TEST_PROBE'] ?? '';
const RealDate = Date;
const realNow = Date.now;
let offsetMs = 0;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, newTarget),
  apply: () => new RealDate(Date.now()).toString(),
});
RealDate.now = () => realNow() + offsetMs;

function readOffset(): void {
  offsetMs = Number(readFileSync(join(folder, 'clock'), 'utf8'));
}

readOffset();
process.on('SIGWINCH', () => {
  readOffset();
  const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  writeFileSync(join(folder, `${process.pid}.timers`), String(timers));
});
