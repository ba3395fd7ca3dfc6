import { type AttemptRecord, type Call, type CallId, type Dial1Outcome, dial1OutcomeOf } from '@redial/call';

/** What one client that waits has been found to be told so far: an outcome for each of its calls, in its order. */
export interface KnownOutcomes {
  /** What the records say now. What was known stays known, though a retry may be under way again. */
  note(call: Call, attempt: AttemptRecord | undefined): void;
  /** One of the calls is answered, or all have failed: there is nothing more to wait for. */
  readonly isDecided: boolean;
  readonly outcomes: readonly Dial1Outcome[];
}

const pending: Dial1Outcome = { type: 'pending' };

export function knownOutcomes(callIds: readonly CallId[], waits: { readonly withDial2: boolean }): KnownOutcomes {
  const known = new Map<CallId, Dial1Outcome>();
  const outcomes = () => callIds.map((id) => known.get(id) ?? pending);
  return {
    note(call, attempt) {
      const outcome = dial1OutcomeOf(call, attempt, waits);
      if (outcome.type !== 'pending') known.set(call.id, outcome);
    },
    get isDecided() {
      const types = outcomes().map(({ type }) => type);
      return types.includes('answered') || types.every((type) => type === 'failed');
    },
    get outcomes() {
      return outcomes();
    },
  };
}
