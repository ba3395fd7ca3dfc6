import type { Finding, OriginateOrder, Pbx, PbxEvents } from '@redial/asterisk';
import type { AttemptId, AttemptSignal } from '@redial/call';

/** A PBX that tells what a test lets it tell. */
export interface FakePbx {
  readonly port: Pbx;
  isUp: boolean;
  readonly originated: OriginateOrder[];
  readonly hungUp: AttemptId[];
  readonly lookedUp: AttemptId[];
  /** What a reconciliation finds; undefined: it cannot be asked. */
  finding: Finding | undefined;
  readonly isStarted: boolean;
  signal(attemptId: AttemptId, signal: AttemptSignal): void;
  up(): void;
  down(): void;
}

export function fakePbx(name = 'pbx-1'): FakePbx {
  const listeners = { signal: new Set(), up: new Set(), down: new Set(), anomaly: new Set() } as {
    [E in keyof PbxEvents]: Set<PbxEvents[E]>;
  };
  let started = false;
  const pbx: FakePbx = {
    isUp: true,
    originated: [],
    hungUp: [],
    lookedUp: [],
    finding: undefined,
    get isStarted() {
      return started;
    },
    signal: (attemptId, signal) => {
      for (const listener of listeners.signal) listener(attemptId, signal);
    },
    up: () => {
      pbx.isUp = true;
      for (const listener of listeners.up) listener({ pbxStartedAt: `boot of ${name}`, version: '22' });
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
        return pbx.isUp ? `boot of ${name}` : undefined;
      },
      start: () => {
        started = true;
      },
      stop: async () => {
        started = false;
      },
      on: (event, listener) => void listeners[event].add(listener),
      off: (event, listener) => void listeners[event].delete(listener),
      originate: async (order) => {
        pbx.originated.push(order);
        return { type: 'accepted' };
      },
      hangUp: async (attemptId) => pbx.hungUp.push(attemptId) > 0,
      reconcile: async ({ attemptId }) => {
        pbx.lookedUp.push(attemptId);
        return pbx.finding;
      },
      ask: async () => undefined,
    },
  };
  return pbx;
}
