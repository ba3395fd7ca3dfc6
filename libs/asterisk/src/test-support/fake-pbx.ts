import type { AttemptId, AttemptSignal } from '@redial/call';
import type { Finding, OriginateOrder, OriginateReply, Pbx, PbxEvents, ReconcileQuestion } from '../pbx.ts';

/** The Pbx port as a recorder; a test settles each question when it likes. */
export interface FakePbx extends Pbx {
  readonly originated: {
    readonly order: OriginateOrder;
    reply(reply: OriginateReply): void;
    fail(error: Error): void;
  }[];
  readonly hungUp: AttemptId[];
  readonly lookedUp: { readonly question: ReconcileQuestion; find(finding: Finding | undefined): void }[];
  signal(attemptId: AttemptId, signal: AttemptSignal): void;
  up(): void;
  down(): void;
  readonly listenerCount: number;
}

export function fakePbx(): FakePbx {
  const listeners = { signal: new Set(), up: new Set(), down: new Set(), anomaly: new Set() } as {
    [E in keyof PbxEvents]: Set<PbxEvents[E]>;
  };
  const originated: FakePbx['originated'] = [];
  const hungUp: AttemptId[] = [];
  const lookedUp: FakePbx['lookedUp'] = [];
  return {
    name: 'pbx1',
    isUp: true,
    pbxStartedAt: 'boot-1',
    start: () => {},
    stop: async () => {},
    on: (event, listener) => void listeners[event].add(listener),
    off: (event, listener) => void listeners[event].delete(listener),
    originate: (order) => new Promise((reply, fail) => originated.push({ order, reply, fail })),
    hangUp: async (attemptId) => hungUp.push(attemptId) > 0,
    reconcile: (question) => new Promise((find) => lookedUp.push({ question, find })),
    ask: async () => undefined,
    originated,
    hungUp,
    lookedUp,
    signal: (attemptId, signal) => {
      for (const listener of listeners.signal) listener(attemptId, signal);
    },
    up: () => {
      for (const listener of listeners.up) listener({ pbxStartedAt: 'boot-1', version: '22' });
    },
    down: () => {
      for (const listener of listeners.down) listener('cut');
    },
    get listenerCount() {
      return Object.values(listeners).reduce((sum, set) => sum + set.size, 0);
    },
  };
}
