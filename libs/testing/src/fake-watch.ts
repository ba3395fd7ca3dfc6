import type { AdoptedAttempt, AttemptWatch, OriginateOrder, WatchedDial1 } from '@redial/asterisk';
import type { AttemptId } from '@redial/call';

/** The watch of one PBX as a recorder. A test sets dial1's outcome. */
interface FakeWatch {
  readonly port: AttemptWatch;
  readonly originated: OriginateOrder[];
  readonly adopted: AdoptedAttempt[];
  /** dial1's outcome of every attempt of this watch, present and future. Undefined: it rings. */
  dial1(outcome: WatchedDial1): void;
}

export function fakeWatch(onOriginate: () => void = () => undefined): FakeWatch {
  const taken = new Set<AttemptId>();
  const outcome = Promise.withResolvers<WatchedDial1>();
  const originated: OriginateOrder[] = [];
  const adopted: AdoptedAttempt[] = [];
  return {
    originated,
    adopted,
    dial1: (known) => outcome.resolve(known),
    port: {
      originate: ({ attemptId }, order) => {
        if (taken.has(attemptId)) throw new Error(`attempt ${attemptId} was taken on before`);
        taken.add(attemptId);
        originated.push(order);
        onOriginate();
      },
      adopt: (attempt) => {
        if (taken.has(attempt.attemptId)) return;
        taken.add(attempt.attemptId);
        adopted.push(attempt);
      },
      cancel: (attemptId) => taken.has(attemptId),
      dial1Outcome: (attemptId) => (taken.has(attemptId) ? outcome.promise : Promise.resolve('unknown-here')),
      has: (attemptId) => taken.has(attemptId),
      get size() {
        return taken.size;
      },
      stop: () => taken.clear(),
    },
  };
}
