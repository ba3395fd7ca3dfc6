import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { reportLines } from './report-lines.ts';
import { soak } from './soak.ts';

/**
 * `npm run soak -- [--calls 5000] [--seed <n>] [--minutes 10] [--calls-per-second 16]`: calls of every kind on real
 * Asterisk and real phones, while a random process is killed every few seconds. Exits with 1 on any imbalance, and
 * prints the folder of its traces.
 */
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    minutes: { type: 'string', default: '10' },
    'calls-per-second': { type: 'string', default: '16' },
  },
});
const say = (line: string) => console.log(line);
const options = {
  calls: whole('calls', values.calls, 50_000),
  seed: whole('seed', values.seed, 2 ** 32 - 1),
  minutes: whole('minutes', values.minutes, 600),
  callsPerSecond: whole('calls-per-second', values['calls-per-second'], 1_000),
};
say(
  `Seed ${options.seed}: ${options.calls} calls, ${options.callsPerSecond} in a second, ${options.minutes} minutes at most`,
);
const report = await soak({ ...options, say });
for (const line of reportLines(report, options)) say(line);
process.exitCode = report.balanced ? 0 : 1;

function whole(name: string, text: string, max: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= (name === 'seed' ? 0 : 1) && value <= max) return value;
  console.error(`--${name} is a whole number, ${max} at most, and not ${text}`);
  process.exit(2);
}
