import { type AttemptRecord, type Call, type CallId, type Dial1Outcome, dial1OutcomeOf } from '@redial/call';

/** The outcomes that are known so far for one waiting client: one for each of its calls, in its order. */
export interface KnownOutcomes {
  /** Adds what the records hold now. A known outcome stays, even if a retry is in flight again. */
  note(call: Call, attempt: AttemptRecord | undefined): void;
  /** One of the calls is answered, or all have failed: the waiting ends. */
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
