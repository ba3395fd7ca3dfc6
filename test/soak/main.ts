import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type SoakReport, soak } from './soak.ts';

/**
 * `npm run soak -- [--calls 5000] [--seed <n>] [--minutes 10] [--calls-per-second 16]`: calls of every kind on real Asterisk and real
 * phones, while a random process is killed every few seconds. Exits with 1 on any imbalance, and says where its traces are.
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
print(report);
process.exitCode = report.balanced ? 0 : 1;

function print(it: SoakReport): void {
  const count = (imbalance: string) => it.findings.filter((finding) => finding.imbalance === imbalance).length;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ');
  const faults: Record<string, number> = {};
  for (const { target } of it.faults) faults[target] = (faults[target] ?? 0) + 1;
  say(`${it.seconds} s, ${it.faults.length} faults: ${list(faults)}`);
  say(
    `accepted ${it.accepted} calls, not accepted ${it.notAccepted.length}; requests sent again: ${list(it.failures)}`,
  );
  say(`${it.attempts} attempts, ${it.invites} INVITEs, ${it.webhooks} webhooks (${it.repeatedWebhooks} repeated)`);
  say(`dispositions: ${list(it.dispositions)}; concluded from silence: ${it.fromSilence}`);
  say(
    `lost ${count('lost') + it.notAccepted.length} · doubled ${count('doubled')} · untrue ${count('untrue')} · disordered ${count('disordered')} · ` +
      `unknown ${count('unknown')}, and ${it.unknownByPbx} that died with Asterisk`,
  );
  say(`left behind: ${list(it.left)}; jobs kept as failed for the dashboard: ${it.keptAsFailed}`);
  for (const failure of it.notAccepted.slice(0, 20)) say(`  not accepted: ${failure}`);
  for (const { imbalance, callId, what } of it.findings.slice(0, 50)) say(`  ${imbalance}: ${callId}: ${what}`);
  if (it.traces !== undefined) say(`Not balanced. Traces: ${it.traces}`);
  say(`Again: npm run soak -- --calls ${options.calls} --seed ${it.seed} --calls-per-second ${options.callsPerSecond}`);
}

function whole(name: string, text: string, max: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= (name === 'seed' ? 0 : 1) && value <= max) return value;
  console.error(`--${name} is a whole number, ${max} at most, and not ${text}`);
  process.exit(2);
}
