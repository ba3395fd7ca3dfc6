import { plannedAttempt, stepAttempt } from '../src/attempt/attempt.ts';
import type { AttemptSignal } from '../src/attempt/attempt-signal.ts';
import type { AttemptEffect, AttemptPlan, AttemptState } from '../src/attempt/attempt-state.ts';
import type { AttemptStep } from '../src/attempt/attempt-step.ts';
import type { Evidence } from '../src/outcome/evidence.ts';
import { originatedAt, plan } from './attempt.matrix.ts';

/** The result of a reconciliation at an instant. Undefined: the PBX was not reachable. */
export type Reconciliation = (at: number) => AttemptSignal | undefined;

export const unreachablePbx: Reconciliation = () => undefined;

/**
 * A watch of one attempt, with a clock of its own. It delivers signals, fires the armed deadline in time, has
 * reconciliations answered, and keeps what it saw. It performs nothing else.
 */
export class AttemptWorld {
  state: AttemptState;
  now = originatedAt;
  armedFor: number | undefined;
  readonly effects: AttemptEffect[] = [];
  readonly steps: AttemptStep[] = [];
  private readonly reconcile: Reconciliation;

  constructor(reconcile: Reconciliation = unreachablePbx, planned: AttemptPlan = plan) {
    this.reconcile = reconcile;
    this.state = plannedAttempt(planned);
  }

  /** Delivers a signal at its instant, after the deadlines that come before it. */
  deliver(signal: AttemptSignal): void {
    while (this.armedFor !== undefined && this.armedFor <= signal.at) this.fire();
    this.now = Math.max(this.now, signal.at);
    this.step(signal);
  }

  /** Only time passes, until the attempt has ended or no deadline is armed. Bounded: a livelock is a fault. */
  rest(fireMax = 1_000): void {
    for (let fired = 0; this.armedFor !== undefined && fired < fireMax; fired++) this.fire();
  }

  count(type: AttemptEffect['type']): number {
    return this.effects.filter((e) => e.type === type).length;
  }

  get concluded(): Evidence | undefined {
    return this.effects.find((e) => e.type === 'conclude')?.evidence;
  }

  private fire(): void {
    const at = this.armedFor ?? this.now;
    this.armedFor = undefined;
    this.now = Math.max(this.now, at);
    this.step({ type: 'deadline', at });
  }

  private step(signal: AttemptSignal): void {
    const step = stepAttempt(this.state, signal);
    this.steps.push(step);
    this.state = step.state;
    this.effects.push(...step.effects);
    for (const effect of step.effects) {
      if (effect.type === 'arm') this.armedFor = this.now + effect.afterMs;
      if (effect.type === 'conclude') this.armedFor = undefined;
    }
    if (!step.effects.some((e) => e.type === 'reconcile')) return;
    const answer = this.reconcile(this.now);
    if (answer !== undefined) this.step(answer);
  }
}
