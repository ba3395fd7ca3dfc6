import type { Pbx } from '@redial/asterisk';
import type { Call, CallId, Dial1Outcome, Ids, Tenant } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { Queues, Workers } from '@redial/queue';
import type { DurabilityPolicy, Store } from '@redial/store';

/** The ports of every process. */
export interface SharedPorts {
  readonly configuration: Configuration;
  readonly store: Store;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

interface WorkingPorts extends SharedPorts {
  readonly pbxs: readonly Pbx[];
  readonly workers: Workers;
  readonly concurrency: number;
  readonly instanceId: string;
}

export interface Working {
  drain(graceMs: number): Promise<void>;
}

type StartDialer = (ports: WorkingPorts) => Promise<Working>;
type StartResults = (
  ports: WorkingPorts & {
    readonly sinks: { find(): undefined; lengths(): Promise<readonly never[]> };
    readonly ids: Ids;
    readonly sweepEveryMs: number;
  },
) => Promise<Working>;

export interface Acceptor {
  commit(calls: readonly Call[]): Promise<{ readonly type: 'accepted' | 'taken' | 'full' }>;
  confirm(): Promise<void>;
}

export type ChangeCall = (
  ports: SharedPorts & { readonly acceptor: Acceptor },
) => (request: {
  readonly tenant: Tenant;
  readonly id: string;
  readonly query: unknown;
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}) => Promise<{ readonly status?: number; readonly code?: string }>;

export interface OutcomeWaiter {
  expect(
    callIds: readonly CallId[],
    waits: { readonly until: number; readonly withDial2: boolean },
  ): { wait(gone: AbortSignal): Promise<readonly Dial1Outcome[] | undefined>; cancel(): void };
}

/** The real processes, which cannot be imported by name. Only HTTP, AMI and Redis are models. */
const [dialer, results, acceptCalls, cancel, reschedule, waiting] = await Promise.all(
  [
    'dialer/src/dialer.ts',
    'results/src/results.ts',
    'api/src/accept/accept-calls.ts',
    'api/src/v1/cancel-call.ts',
    'api/src/v1/reschedule-call.ts',
    'api/src/waiting/outcome-waiter.ts',
  ].map((file) => import(new URL(`../../apps/${file}`, import.meta.url).href)),
);

export const startDialer: StartDialer = dialer.startDialer;
export const startResults: StartResults = results.startResults;
export const createAcceptor: (ports: SharedPorts & { readonly durability: DurabilityPolicy }) => Acceptor =
  acceptCalls.createAcceptor;
export const cancelCall: ChangeCall = cancel.cancelCall;
export const rescheduleCall: ChangeCall = reschedule.rescheduleCall;
export const createOutcomeWaiter: (ports: Pick<SharedPorts, 'store' | 'clock' | 'logger'>) => OutcomeWaiter =
  waiting.createOutcomeWaiter;
