import type { AttemptPhase, AttemptSignalType, Disposition } from '@redial/call';
import { classOf } from '@redial/call';
import pTimeout from 'p-timeout';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Everything Redial measures. Durations come in ms and are exported in seconds. No label holds a number, a call's id or
 * a client's text.
 */
export interface Metrics {
  /** A call was accepted, durably. */
  callAccepted(dialect: string, calls?: number): void;
  /** An attempt has been settled. */
  attemptEnded(attempt: {
    readonly disposition: Disposition;
    readonly dial1: Disposition;
    readonly dial2: Disposition | 'not_dialed';
  }): void;
  /** Originate was sent, this long after the attempt was due. */
  originated(latenessMs: number): void;
  /** A fact arrived here this long after it happened (by the PBX's clock, if it has one). */
  eventReceived(lagMs: number): void;
  /** Permits held on a limit: a trunk, or a PBX. */
  callsInProgress(limit: string, calls: number): void;
  /** How long the oldest overdue call has waited; 0 when there is none. */
  oldestOverdue(ms: number): void;
  /** Calls that should have been dialled by now. */
  overdueCalls(calls: number): void;
  /** CDRs that a webhook has not taken yet. */
  undeliveredWebhooks(deliveries: number): void;
  /** One try to deliver a CDR to a sink. */
  deliveryTried(type: string, result: 'delivered' | 'retry' | 'dead'): void;
  /** A signal that does not apply in its attempt's phase. Late and repeated facts are normal; a rise is not. */
  signalIgnored(phase: AttemptPhase, signal: AttemptSignalType): void;
  /** The table of outcomes has no row for this cause or status. */
  outcomeUnmapped(leg: 'dial1' | 'dial2', cause: number | undefined): void;
  /** A rule forbids to ring this number: of a request, or of a call that is due. */
  destinationRefused(rule: string): void;
  /** A gate did not allow a due call. */
  gateClosed(gate: string, decision: 'defer' | 'block' | 'expire'): void;
  /** The AMI link to a PBX. */
  pbxLink(pbx: string, up: boolean): void;
  /**
   * This process' connection to Redis: down until it is reported. Without it every gauge that is read from Redis keeps
   * its last value.
   */
  redisLink(up: boolean): void;
  /** Entries in the lists and streams of sinks that could be measured. Replaces the previous values. */
  sinkLengths(lengths: readonly SinkLength[]): void;
  /** A damaged record in Redis was skipped; counted at every read. `kind`: the record or index, as its key names it. */
  recordDamaged(kind: string): void;
  /** A queue is paused: no job is taken from it, for any tenant. */
  queuePaused(queue: string, paused: boolean): void;
  /** The sweeper found something lost and restored it. */
  swept(kind: string): void;
  /** Many addresses have tried passwords of one account. `api`: which login. */
  accountGuessed(api: string): void;
  /** A line of the log could not be written. */
  logLineLost(): void;
  /** `route` is the pattern, never the path. */
  httpServed(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly durationMs: number;
  }): void;
  /**
   * Called before every scrape, for gauges whose value must be read first. A failure is counted and leaves the old
   * value.
   */
  onScrape(refresh: () => Promise<void>): void;
  /** Prometheus' text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Tenant and sink as the configuration names them. */
export interface SinkLength {
  readonly tenant: string;
  readonly sink: string;
  readonly length: number;
}

const latenessBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 30, 60, 300, 1_800];
const lagBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const httpBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A longer refresh is abandoned: the scrape must not wait for a Redis that is down. */
const refreshMs = 2_000;

/** `process` labels every series. `runtime`: with the metrics of Node itself. */
export function createMetrics({
  process,
  runtime = true,
}: {
  readonly process: string;
  readonly runtime?: boolean;
}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  if (runtime) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `redial_${name}_total`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `redial_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram({ name: `redial_${name}_seconds`, help, buckets, labelNames, registers });

  const accepted = counter('calls_accepted', 'Calls accepted, durably.', 'dialect');
  const attempts = counter('attempts', 'Attempts settled, by disposition.', 'disposition', 'class');
  const legs = counter('attempt_legs', 'Legs of settled attempts, by disposition.', 'leg', 'disposition');
  const lateness = histogram('originate_lateness', 'From due to Originate.', latenessBuckets);
  const lag = histogram('event_lag', 'From a fact on the PBX to its arrival in the results queue.', lagBuckets);
  const inProgress = gauge('calls_in_progress', 'Permits held, by limit (trunk or PBX).', 'limit');
  const overdue = gauge('oldest_overdue_call_seconds', 'Age of the oldest call that should have been dialled.');
  const overdueCount = gauge('overdue_calls', 'Calls that should have been dialled by now.');
  const undelivered = gauge('undelivered_webhooks', 'CDRs that a webhook has not taken yet.');
  const deliveries = counter('deliveries', 'Tries to deliver a CDR, by kind of sink and result.', 'type', 'result');
  const ignored = counter('signals_ignored', 'Signals that did not apply.', 'phase', 'signal');
  const unmapped = counter('outcomes_unmapped', 'Causes that are not in the table of outcomes.', 'leg', 'cause');
  const closed = counter('gate_closed', 'Due calls that a gate did not allow.', 'gate', 'decision');
  const refusedDestinations = counter(
    'destinations_refused',
    'Numbers that may not be rung, by rule: in requests, and in due calls.',
    'rule',
  );
  const link = gauge('pbx_link_up', 'AMI link: 1 up, 0 down.', 'pbx');
  const redisUp = gauge('redis_up', 'Connection to Redis: 1 up, 0 down.');
  const sinkLength = gauge('sink_length', 'Entries in the list or stream of a sink.', 'tenant', 'sink');
  const damaged = counter('damaged_records', 'Records that could not be read and were left out, at each read.', 'kind');
  const paused = gauge('queue_paused', 'The queue is paused: 1 paused, 0 running.', 'queue');
  const repairs = counter('sweeper_repairs', 'Lost things that the sweeper put right.', 'kind');
  const guessed = counter(
    'accounts_guessed',
    'Accounts that were guessed at from many addresses within ten minutes.',
    'api',
  );
  const linesLost = counter(
    'log_lines_lost',
    'Log lines that could not be written: a full disk, or a pipe without a reader.',
  );
  const http = histogram('http_request_duration', 'HTTP requests.', httpBuckets, 'method', 'route', 'status');
  const refreshFailures = counter('scrape_failures', 'Gauges that could not be refreshed for a scrape.');
  const refreshes: (() => Promise<void>)[] = [];

  return {
    callAccepted: (dialect, calls = 1) => accepted.inc({ dialect }, calls),
    attemptEnded: ({ disposition, dial1, dial2 }) => {
      attempts.inc({ disposition, class: classOf(disposition) });
      legs.inc({ leg: 'dial1', disposition: dial1 });
      legs.inc({ leg: 'dial2', disposition: dial2 });
    },
    originated: (latenessMs) => lateness.observe(seconds(latenessMs)),
    eventReceived: (lagMs) => lag.observe(seconds(lagMs)),
    callsInProgress: (limit, calls) => inProgress.set({ limit }, calls),
    oldestOverdue: (ms) => overdue.set(seconds(ms)),
    overdueCalls: (calls) => overdueCount.set(calls),
    undeliveredWebhooks: (count) => undelivered.set(count),
    deliveryTried: (type, result) => deliveries.inc({ type, result }),
    signalIgnored: (phase, signal) => ignored.inc({ phase, signal }),
    outcomeUnmapped: (leg, cause) => unmapped.inc({ leg, cause: cause ?? 'none' }),
    destinationRefused: (rule) => refusedDestinations.inc({ rule }),
    gateClosed: (gate, decision) => closed.inc({ gate, decision }),
    pbxLink: (pbx, up) => link.set({ pbx }, up ? 1 : 0),
    redisLink: (up) => redisUp.set(up ? 1 : 0),
    sinkLengths: (lengths) => {
      sinkLength.reset();
      for (const { length, ...labels } of lengths) sinkLength.set(labels, length);
    },
    recordDamaged: (kind) => damaged.inc({ kind }),
    queuePaused: (queue, isPaused) => paused.set({ queue }, isPaused ? 1 : 0),
    swept: (kind) => repairs.inc({ kind }),
    accountGuessed: (api) => guessed.inc({ api }),
    logLineLost: () => linesLost.inc(),
    httpServed: ({ method, route, status, durationMs }) => http.observe({ method, route, status }, seconds(durationMs)),
    onScrape: (refresh) => {
      refreshes.push(refresh);
    },
    async render() {
      const results = await Promise.allSettled(
        refreshes.map((refresh) => pTimeout(refresh(), { milliseconds: refreshMs })),
      );
      refreshFailures.inc(results.filter((r) => r.status === 'rejected').length);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** Clocks of two hosts differ: a negative duration counts as zero. */
function seconds(ms: number): number {
  return Math.max(ms, 0) / 1_000;
}
