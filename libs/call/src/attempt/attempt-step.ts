import type { Evidence } from '../outcome/evidence.ts';
import { finalEventsMs, reconcileEveryMs } from './attempt-deadlines.ts';
import type { AttemptEffect, AttemptState, InFlightState } from './attempt-state.ts';

/** The result of one signal. */
export interface AttemptStep {
  readonly state: AttemptState;
  readonly effects: readonly AttemptEffect[];
  readonly ignored: boolean;
}

export function detach(state: InFlightState, effects: readonly AttemptEffect[]): AttemptStep {
  return moved(entered(state, 'detached'), [...effects, { type: 'arm', afterMs: reconcileEveryMs }]);
}

export function awaitEnd(state: InFlightState, effects: readonly AttemptEffect[]): AttemptStep {
  return moved(entered(state, 'awaiting_end'), [...effects, { type: 'arm', afterMs: finalEventsMs }]);
}

/** Enters another phase, or the same one again. `journalMissingSince` and `dial2Outlives` are dropped. */
export function entered(state: InFlightState, phase: InFlightState['phase']): InFlightState {
  const { plan, originatedAt, evidence, lastSeenAt, endedChannels } = state;
  return {
    phase,
    plan,
    originatedAt,
    evidence,
    ...(lastSeenAt !== undefined && { lastSeenAt }),
    ...(endedChannels && { endedChannels }),
  };
}

export function hangUpIfCanceled(state: InFlightState): AttemptEffect[] {
  return state.evidence.cancelRequestedAt === undefined ? [] : [{ type: 'hang_up' }];
}

/** Adds facts that are not there yet. Returns the same state object when there was nothing to add. */
export function withFacts<S extends InFlightState>(state: S, facts: Partial<Evidence>): S {
  const fresh = Object.entries(facts).filter(([name]) => state.evidence[name as keyof Evidence] === undefined);
  return fresh.length === 0 ? state : { ...state, evidence: { ...state.evidence, ...Object.fromEntries(fresh) } };
}

export function conclude(state: InFlightState, facts: Partial<Evidence>): AttemptStep {
  return concluded(withFacts(state, facts));
}

export function concluded(state: InFlightState): AttemptStep {
  return moved({ phase: 'ended', evidence: state.evidence }, [{ type: 'conclude', evidence: state.evidence }]);
}

export function moved(state: AttemptState, effects: readonly AttemptEffect[]): AttemptStep {
  return { state, effects, ignored: false };
}

export function ignore(state: AttemptState): AttemptStep {
  return { state, effects: [], ignored: true };
}
