import { type Metrics, sharedFor } from '@redial/platform';
import type { Health } from './health.ts';

/** A reply of one of the endpoints for operators. */
export interface OpsReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The maximum age of a reply to `/metrics`: metrics are rendered once in this time, for any number of requests. */
const renderedMs = 1_000;

/**
 * What every process serves to probes and to Prometheus, by path. `/livez` is 200 while the event loop runs. `/readyz`
 * is 200, or 503 with the faults as JSON. `/metrics` is for Prometheus; the caller decides who may read it. `accepting`
 * adds `/readyz/accepting`, which only the API has.
 */
export function opsEndpoints({
  health,
  accepting,
  metrics,
}: {
  readonly health: Health;
  readonly accepting?: Health;
  readonly metrics: Pick<Metrics, 'render'>;
}): ReadonlyMap<string, () => Promise<OpsReply>> {
  const render = sharedFor(renderedMs, () => metrics.render());
  return new Map<string, () => Promise<OpsReply>>([
    ['/livez', async () => textReply(200, 'ok')],
    ['/readyz', () => readyReply(health)],
    ...(accepting === undefined ? [] : [['/readyz/accepting', () => readyReply(accepting)] as const]),
    ['/metrics', async () => ({ status: 200, ...(await render()) })],
  ]);
}

export function textReply(status: number, text: string): OpsReply {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}

async function readyReply(health: Health): Promise<OpsReply> {
  const report = await health.report();
  return {
    status: report.ready ? 200 : 503,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify(report),
  };
}
