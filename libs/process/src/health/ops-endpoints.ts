import { type Metrics, sharedFor } from '@redial/platform';
import type { Health } from './health.ts';

/** A reply of one of the endpoints for operators. */
export interface OpsReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How old a reply to `/metrics` may be: metrics are rendered once in this time, for any number of requests. */
const renderedMs = 1_000;

/**
 * What every process serves to probes and to Prometheus, by path: `/livez` (200 while the event loop turns), `/readyz` (200, or 503 and
 * what is wrong, as JSON), `/metrics`. `accepting`, of the API alone: `/readyz/accepting`. Who may read `/metrics` is decided before.
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
