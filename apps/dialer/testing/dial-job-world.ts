import { type AttemptRecord, type Call, type CallRequest, type Evidence, stepCall } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import { createLogger, createMetrics } from '@redial/platform';
import { fakePbx, fakeWatch, scriptableStore } from '@redial/testing';
import { expect } from 'vitest';
import type { PbxTracking } from '../src/pipeline/dial-context.ts';
import { type DialGate, gates } from '../src/pipeline/dial-gates.ts';
import { createDialJob } from '../src/pipeline/dial-job.ts';
import { aCall, attemptId, callId, configurationWith, monday9 } from './builders.ts';

/** A dial job between fakes, at the time its call is due. `steps` records what happens, in order. */
export function dialJobWorld({
  request = {},
  now = monday9,
  tenant = {},
  trunk = {},
  pbxs = ['pbx-1'],
  pbxLimits = {},
  list = gates,
}: {
  readonly request?: Partial<CallRequest>;
  readonly now?: number;
  readonly tenant?: Record<string, unknown>;
  readonly trunk?: Record<string, unknown>;
  readonly pbxs?: readonly string[];
  readonly pbxLimits?: Record<string, unknown>;
  /** The gates. */
  readonly list?: readonly DialGate[];
} = {}) {
  const steps: string[] = [];
  const store = scriptableStore();
  const pbx = fakePbx();
  const watch = fakeWatch(() => steps.push('originate'));
  const others = pbxs.slice(1).map((name) => ({ name, pbx: fakePbx(name), watch: fakeWatch() }));
  const clock = { at: now, now: () => clock.at };
  const remembered: AttemptRecord[] = [];
  const reportedEnds: { readonly id: string; readonly evidence: Evidence }[] = [];
  const configuration: Configuration = configurationWith({ tenant, trunk, pbxs, pbxLimits });
  const stopping = new AbortController();
  const pendingReports = new Set<string>();
  const canceled = new Set<string>();
  const remember = (attempt: AttemptRecord) => {
    steps.push('remember');
    remembered.push(attempt);
    return { ...attempt, attemptId: attempt.id };
  };
  const reports: PbxTracking['reports'] = {
    add: ({ attemptId: id, evidence }) => void reportedEnds.push({ id, evidence }),
    isPending: (id) => pendingReports.has(id),
  };
  store.put(aCall(request));
  store.onClaimed.push(() => steps.push('claim'));
  const world = {
    steps,
    store,
    pbx,
    watch,
    others,
    clock,
    remembered,
    reportedEnds,
    stopping,
    pendingReports,
    /** Attempts whose cancel has reached this dialer. */
    canceled,
    /** Runs while the start is waited for. False: the dialer is stopping. */
    whileWaiting: (): boolean => true,
    get call(): Call {
      return store.call(callId);
    },
    step: (signal: Parameters<typeof stepCall>[1]) => store.change(callId, (call) => stepCall(call, signal).call),
    run: createDialJob(
      {
        store: store.port,
        configuration,
        pbxs: new Map(
          [{ name: 'pbx-1', pbx, watch }, ...others].map(({ name, ...fakes }) => [
            name,
            { pbx: fakes.pbx.port, watch: fakes.watch.port, remember, reports },
          ]),
        ),
        clock,
        metrics: createMetrics({ process: 'test', runtime: false }),
        logger: createLogger({ process: 'test', level: 'silent' }),
        isCanceled: (id) => canceled.has(id),
        waitUntil: async (at) => {
          steps.push('wait');
          if (!world.whileWaiting()) return false;
          clock.at = Math.max(clock.at, at);
          return true;
        },
        stopping: stopping.signal,
      },
      list,
    ),
  };
  return world;
}

export type DialJobWorld = ReturnType<typeof dialJobWorld>;

/** No attempt has begun, and no permit is held. */
export function expectNothingBegun({ steps, watch, store }: DialJobWorld): void {
  expect(steps.filter((step) => ['claim', 'originate'].includes(step))).toEqual([]);
  expect(watch.originated).toEqual([]);
  expect(store.attempt(attemptId)).toBeUndefined();
  expect(Object.values(store.held()).flat()).not.toContain(attemptId);
}
