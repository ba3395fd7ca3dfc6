import { imbalances } from './books.ts';
import { countBy } from './count-by.ts';
import type { SoakOptions, SoakReport } from './soak.ts';

/** A report for people: the work, the findings, the explanations of the rest, and the command to repeat it. */
export function reportLines(it: SoakReport, options: SoakOptions): string[] {
  const count = (imbalance: string) => it.findings.filter((finding) => finding.imbalance === imbalance).length;
  const found = imbalances.map((one) => `${one} ${count(one) + (one === 'lost' ? it.notAccepted.length : 0)}`);
  return [
    `${it.seconds} s, ${it.faults.length} faults: ${list(countBy(it.faults, ({ target }) => target))}`,
    `accepted ${it.accepted} calls, not accepted ${it.notAccepted.length}; requests sent again: ${list(it.failures)}`,
    `${it.attempts} attempts, ${it.invites} INVITEs, ${it.webhooks} webhooks (${it.repeatedWebhooks} repeated)`,
    `dispositions: ${list(it.dispositions)}; concluded from silence: ${it.fromSilence}`,
    found.join(' · '),
    `explained by a fault beside them: ${list(countBy(it.excused, ({ what, fault }) => `${what} (${fault.target})`))}`,
    `left behind: ${list(it.left)}; jobs kept as failed for the dashboard: ${it.keptAsFailed}`,
    ...it.notAccepted.slice(0, 20).map((failure) => `  not accepted: ${failure}`),
    ...it.findings.slice(0, 50).map(({ imbalance, callId, what }) => `  ${imbalance}: ${callId ?? 'no call'}: ${what}`),
    ...(it.traces === undefined ? [] : [`Not balanced. Traces: ${it.traces}`]),
    `Again: npm run soak -- ${optionsOf(options)}`,
  ];
}

/** Every option: another time or another pace makes another soak. */
function optionsOf({ calls, seed, minutes, callsPerSecond }: SoakOptions): string {
  return `--calls ${calls} --seed ${seed} --minutes ${minutes} --calls-per-second ${callsPerSecond}`;
}

function list(counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([what, n]) => `${what} ${n}`);
  return said.length === 0 ? 'none' : said.join(', ');
}
