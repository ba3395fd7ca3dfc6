import { describe, expect, it } from 'vitest';
import { reportLines } from './report-lines.ts';
import type { SoakReport } from './soak.ts';

describe('given the report of a soak', () => {
  const report: SoakReport = {
    seed: 7,
    seconds: 61,
    faults: [{ target: 'AMI', atMs: 2_000, downMs: 0, from: 1, to: 1 }],
    accepted: 399,
    notAccepted: ['call 3 is refused'],
    failures: {},
    attempts: 500,
    dispositions: { busy: 500 },
    invites: 500,
    webhooks: 501,
    repeatedWebhooks: 1,
    left: { 'dial jobs': 0 },
    keptAsFailed: 0,
    findings: [{ imbalance: 'unexplained', callId: 'call_1', what: 'att_1 is concluded from silence' }],
    excused: [{ attemptId: 'att_2', what: 'from silence', fault: { target: 'AMI', from: 1, to: 1 } }],
    fromSilence: 2,
    balanced: false,
    traces: 'traces',
  };
  const lines = reportLines(report, { calls: 400, seed: 7, minutes: 4, callsPerSecond: 16 });

  it('when it is printed, then each imbalance is counted, zeros included, and each excuse has its fault', () => {
    expect(lines).toContain('lost 1 · doubled 0 · untrue 0 · unknown 0 · unexplained 1 · early 0 · disordered 0');
    expect(lines).toContain('explained by a fault beside them: from silence (AMI) 1');
    expect(lines).toContain('  unexplained: call_1: att_1 is concluded from silence');
  });

  it('then its last line repeats it with every option', () => {
    expect(lines.at(-1)).toBe('Again: npm run soak -- --calls 400 --seed 7 --minutes 4 --calls-per-second 16');
  });
});
