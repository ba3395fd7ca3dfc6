import { within } from './deadline.ts';

/** Something the process needs in order to do its work. */
export interface HealthCheck {
  readonly name: string;
  /** Resolves when all is well; rejects with a sentence for people, which `/readyz` shows: no secrets, no addresses with passwords. */
  readonly check: () => Promise<void>;
  /** Default 2,000. */
  readonly deadlineMs?: number;
  /** Once it has passed: more than `ok`, in a sentence for people. */
  readonly says?: () => string | undefined;
}

export interface HealthReport {
  readonly ready: boolean;
  /** By the check's name: `ok`, or what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
  /** By the check's name: what those that passed have to say. Absent where none has. */
  readonly says?: Readonly<Record<string, string>>;
}

export interface Health {
  /** Runs all checks at once; those who ask meanwhile get the same report, so that probes cannot pile up. Never rejects. */
  report(): Promise<HealthReport>;
  /** From now on not ready: load balancers send nothing new, while what is under way ends. */
  drain(): void;
}

export function createHealth(checks: readonly HealthCheck[]): Health {
  let running: Promise<HealthReport> | undefined;
  let draining = false;
  return {
    async report() {
      running ??= runChecks(checks).finally(() => {
        running = undefined;
      });
      const report = await running;
      return draining ? { ready: false, checks: { ...report.checks, process: 'is shutting down' } } : report;
    },
    drain() {
      draining = true;
    },
  };
}

async function runChecks(checks: readonly HealthCheck[]): Promise<HealthReport> {
  const results = await Promise.all(checks.map(async (check) => [check.name, await runCheck(check)] as const));
  const says = checks.flatMap(({ name, says: say }, n) => {
    const said = results[n]?.[1] === 'ok' ? say?.() : undefined;
    return said === undefined ? [] : [[name, said] as const];
  });
  return {
    ready: results.every(([, result]) => result === 'ok'),
    checks: Object.fromEntries(results),
    ...(says.length > 0 && { says: Object.fromEntries(says) }),
  };
}

async function runCheck({ check, deadlineMs = 2_000 }: HealthCheck): Promise<string> {
  try {
    await within(deadlineMs, async () => check());
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
