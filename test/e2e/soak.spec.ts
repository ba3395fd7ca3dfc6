import { describe, expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';

/** A short `npm run soak` that is always the same. `test/soak/books.spec.ts` shows that its books can fail. */
describe('given calls of every kind, and two processes of each kind', () => {
  it('when something is killed every few seconds, Asterisk and Redis included, then the books balance', async () => {
    const report = await soak({ calls: 150, callsPerSecond: 4, seed: 17, minutes: 4 });
    const { findings, notAccepted, left, traces } = report;
    expect({ findings, notAccepted, traces }).toEqual({ findings: [], notAccepted: [], traces: undefined });
    expect(Object.entries(left).filter(([, count]) => count > 0)).toEqual([]);
    expect(new Set(report.faults.map(({ target }) => target.split(' ')[0]))).toEqual(
      new Set(['api', 'dialer', 'results', 'AMI', 'Redis', 'Asterisk']),
    );
    expect(report.accepted).toBe(150);
    expect(report.attempts).toBeGreaterThan(150);
    expect(report.invites).toBeGreaterThan(150);
  }, 300_000);
});
