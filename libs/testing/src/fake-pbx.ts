import type { Finding, OriginateOrder, OriginateReply, Pbx, PbxEvents, ReconcileQuestion } from '@redial/asterisk';
import type { AttemptId, AttemptSignal } from '@redial/call';

/**
 * The Pbx port as a recorder. By default it accepts every Originate; with `answersItself: false` the test settles each
 * request.
 */
export interface FakePbx {
  readonly port: Pbx;
  isUp: boolean;
  /** When this PBX started, as it reports it. Unknown while the link is down. */
  pbxStartedAt: string;
  readonly isStarted: boolean;
  readonly originated: OriginateOrder[];
  readonly originating: {
    readonly order: OriginateOrder;
    reply(reply: OriginateReply): void;
    fail(error: Error): void;
  }[];
  readonly hungUp: AttemptId[];
  readonly reconciled: AttemptId[];
  readonly reconciling: { readonly question: ReconcileQuestion; find(finding: Finding | undefined): void }[];
  /** The result of each reconciliation; undefined: the PBX does not answer it. */
  finding: Finding | undefined;
  readonly listenerCount: number;
  signal(attemptId: AttemptId, signal: AttemptSignal): void;
  up(): void;
  down(): void;
}

export function fakePbx(name = 'pbx-1', { answersItself = true }: { readonly answersItself?: boolean } = {}): FakePbx {
  const listeners = { signal: new Set(), up: new Set(), down: new Set(), anomaly: new Set() } as {
    [E in keyof PbxEvents]: Set<PbxEvents[E]>;
  };
  let started = false;
  const pbx: FakePbx = {
    isUp: true,
    pbxStartedAt: `start of ${name}`,
    get isStarted() {
      return started;
    },
    originated: [],
    originating: [],
    hungUp: [],
    reconciled: [],
    reconciling: [],
    finding: undefined,
    get listenerCount() {
      return Object.values(listeners).reduce((sum, set) => sum + set.size, 0);
    },
    signal: (attemptId, signal) => {
      for (const listener of listeners.signal) listener(attemptId, signal);
    },
    up: () => {
      pbx.isUp = true;
      for (const listener of listeners.up) listener({ pbxStartedAt: pbx.pbxStartedAt, version: '22' });
    },
    down: () => {
      pbx.isUp = false;
      for (const listener of listeners.down) listener('cut');
    },
    port: {
      name,
      get isUp() {
        return pbx.isUp;
      },
      get pbxStartedAt() {
        return pbx.isUp ? pbx.pbxStartedAt : undefined;
      },
      start: () => {
        started = true;
      },
      stop: async () => {
        started = false;
      },
      on: (event, listener) => void listeners[event].add(listener),
      off: (event, listener) => void listeners[event].delete(listener),
      originate: (order) =>
        new Promise((reply, fail) => {
          pbx.originated.push(order);
          pbx.originating.push({ order, reply, fail });
          if (answersItself) reply({ type: 'accepted' });
        }),
      hangUp: async (attemptId) => pbx.hungUp.push(attemptId) > 0,
      reconcile: (question) =>
        new Promise((find) => {
          pbx.reconciled.push(question.attemptId);
          pbx.reconciling.push({ question, find });
          if (answersItself) find(pbx.finding);
        }),
      query: async () => undefined,
    },
  };
  return pbx;
}
