import type { Random } from './random.ts';

/** The target of a fault. A process has a place: the first or the second of its kind. */
export type Target =
  | 'api 1'
  | 'api 2'
  | 'dialer 1'
  | 'dialer 2'
  | 'results 1'
  | 'results 2'
  | 'AMI'
  | 'Redis'
  | 'Asterisk';

export interface Fault {
  /** From the start of the soak. */
  readonly atMs: number;
  readonly target: Target;
  /** How long it stays dead before it is started again. AMI is only cut: clients reconnect by themselves. */
  readonly downMs: number;
}

const targets: readonly { readonly target: Target; readonly weight: number }[] = [
  { target: 'api 1', weight: 2 },
  { target: 'api 2', weight: 2 },
  { target: 'dialer 1', weight: 4 },
  { target: 'dialer 2', weight: 4 },
  { target: 'results 1', weight: 4 },
  { target: 'results 2', weight: 4 },
  { target: 'AMI', weight: 5 },
  { target: 'Redis', weight: 3 },
];
const gapMs = { min: 2_000, max: 6_000 };
const downMs = { min: 0, max: 3_000 };
/** One fault in this many kills Asterisk itself. After that not everything can be known. */
const asteriskEvery = 16;

/**
 * A fault every few seconds until `untilMs`. Several targets may be down at once, both of a kind included. A target
 * that is down is not struck.
 */
export function faultSchedule(random: Random, untilMs: number): Fault[] {
  const faults: Fault[] = [];
  const upAt = new Map<Target, number>();
  for (let atMs = random.between(gapMs.min, gapMs.max); atMs < untilMs; atMs += random.between(gapMs.min, gapMs.max)) {
    const isAsterisk = faults.length % asteriskEvery === asteriskEvery / 2;
    const up = targets.filter(({ target }) => (upAt.get(target) ?? 0) <= atMs);
    const target = isAsterisk ? 'Asterisk' : random.weighted(up).target;
    const fault = { atMs, target, downMs: random.between(downMs.min, downMs.max) };
    upAt.set(target, atMs + fault.downMs);
    faults.push(fault);
  }
  return faults;
}
