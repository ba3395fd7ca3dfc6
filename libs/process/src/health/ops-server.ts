import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitPipelining, type Metrics, sharedFor, withSingleSlashes } from '@redial/platform';
import type { Health } from './health.ts';
import { metricsFault } from './metrics-access.ts';

export interface OpsServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
  /** `/metrics` wants it as a bearer token. Without one it answers this machine alone. */
  readonly metricsToken?: string | undefined;
  readonly timing?: Partial<OpsTiming>;
}

/** How long a client may hold a connection. An answer takes as long as the slowest health check, seconds. */
export interface OpsTiming {
  /** From the connection, or from the first byte of a later request, to the last header. */
  readonly headersMs: number;
  /** To the last byte of the body. */
  readonly requestMs: number;
  /** Between an answer and the next request. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction: of who does not read its answer. */
  readonly silenceMs: number;
  /** How often slow clients are looked for. */
  readonly lookMs: number;
}

const defaultTiming: OpsTiming = {
  headersMs: 5_000,
  requestMs: 10_000,
  keepAliveMs: 75_000,
  silenceMs: 30_000,
  lookMs: 1_000,
};

/** How old an answer to `/metrics` may be: however many ask, they are put together once in so long. */
export const renderedMs = 1_000;

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Answering extends OpsServerOptions {
  readonly render: Metrics['render'];
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Health and metrics of a process that has no other HTTP: GET `/livez` (200 while the event loop turns), `/readyz` (200, or 503 and what
 * is wrong, as JSON), `/metrics`.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const { headersMs, requestMs, keepAliveMs, silenceMs, lookMs } = { ...defaultTiming, ...options.timing };
  const render = sharedFor(renderedMs, () => options.metrics.render());
  const serve: RequestListener = (request, response) => {
    answer(request, { ...options, render }).then(
      (found) => reply(request, response, found),
      () => reply(request, response, text(500, 'internal error')),
    );
  };
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: lookMs,
      maxHeaderSize: 8_192,
    },
    limitPipelining(serve, { atOnce: 4, inAll: 100, onCut: () => undefined }),
  );
  server.timeout = silenceMs;
  // Probes and one scraper; whoever holds more is no friend.
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, options: Answering): Promise<Answer> {
  const { method, url, headers, socket } = request;
  const path = withSingleSlashes(url ?? '').split('?', 1)[0];
  if (path !== '/livez' && path !== '/readyz' && path !== '/metrics') return text(404, 'not found');
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'GET only');
  if (path === '/livez') return text(200, 'ok');
  if (path === '/readyz') {
    const report = await options.health.report();
    return { status: report.ready ? 200 : 503, contentType: 'application/json', body: JSON.stringify(report) };
  }
  const asks = { address: socket.remoteAddress, header: (name: string) => headers[name]?.toString() };
  const fault = metricsFault(asks, options.metricsToken);
  if (fault !== undefined) return text(401, fault);
  return { status: 200, ...(await options.render()) };
}

function text(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function reply(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
