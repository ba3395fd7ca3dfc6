import { sharedFor } from '@redial/platform';
import pTimeout from 'p-timeout';

/** Something that the process needs for its work. */
export interface HealthCheck {
  readonly name: string;
  /**
   * Resolves when all is well. Rejects with a sentence for people, which `/readyz` shows: no secrets, no addresses with
   * passwords.
   */
  readonly check: () => Promise<void>;
  /** Default 2,000. */
  readonly deadlineMs?: number;
  /** A sentence for people that `/readyz` shows beside `ok`, once the check has passed. */
  readonly details?: () => string | undefined;
}

interface HealthReport {
  readonly ready: boolean;
  /** By the check's name: `ok`, or the fault. */
  readonly checks: Readonly<Record<string, string>>;
  /** By the check's name: the sentences of those that passed. Absent if there are none. */
  readonly details?: Readonly<Record<string, string>>;
}

export interface Health {
  /**
   * Runs all checks at once, and at most once a second. Requests within that second get the same report, so that many
   * requests cost little. Never rejects.
   */
  report(): Promise<HealthReport>;
  /** From now on the process is not ready: load balancers send no new requests, and work in progress ends. */
  drain(): void;
}

const freshMs = 1_000;

/** `now`: a clock that is never set back. */
export function createHealth(checks: readonly HealthCheck[], now?: () => number): Health {
  const lately = sharedFor(freshMs, () => runChecks(checks), now);
  let draining = false;
  return {
    async report() {
      const report = await lately();
      return draining ? { ready: false, checks: { ...report.checks, process: 'is shutting down' } } : report;
    },
    drain() {
      draining = true;
    },
  };
}

async function runChecks(checks: readonly HealthCheck[]): Promise<HealthReport> {
  const results = await Promise.all(checks.map(async (check) => [check.name, await runCheck(check)] as const));
  const details = checks.flatMap((check, n) => {
    const sentence = results[n]?.[1] === 'ok' ? check.details?.() : undefined;
    return sentence === undefined ? [] : [[check.name, sentence] as const];
  });
  return {
    ready: results.every(([, result]) => result === 'ok'),
    checks: Object.fromEntries(results),
    ...(details.length > 0 && { details: Object.fromEntries(details) }),
  };
}

async function runCheck({ check, deadlineMs = 2_000 }: HealthCheck): Promise<string> {
  try {
    await pTimeout(check(), { milliseconds: deadlineMs, message: `no answer within ${deadlineMs} ms` });
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
