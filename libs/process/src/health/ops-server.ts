import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitPipelining, type Metrics, withSingleSlashes } from '@redial/platform';
import type { Health } from './health.ts';
import { metricsFault } from './metrics-access.ts';
import { type OpsReply, opsEndpoints, textReply } from './ops-endpoints.ts';

interface OpsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
  /** The bearer token that `/metrics` requires. Without one `/metrics` replies to this machine only. */
  readonly metricsToken?: string | undefined;
  readonly timing?: Partial<OpsTiming>;
}

/** How long a client may hold a connection. A reply takes as long as the slowest health check: seconds. */
export interface OpsTiming {
  /** From the connection, or from the first byte of a later request, to the last header. */
  readonly headersMs: number;
  /** To the last byte of the body. */
  readonly requestMs: number;
  /** Between an answer and the next request. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction: the client does not read its reply. */
  readonly silenceMs: number;
  /** How often slow clients are searched for. */
  readonly lookMs: number;
}

const defaultTiming: OpsTiming = {
  headersMs: 5_000,
  requestMs: 10_000,
  keepAliveMs: 75_000,
  silenceMs: 30_000,
  lookMs: 1_000,
};

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves health and metrics of a process that has no other HTTP. */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const { headersMs, requestMs, keepAliveMs, silenceMs, lookMs } = { ...defaultTiming, ...options.timing };
  const endpoints = opsEndpoints(options);
  const serve: RequestListener = (request, response) => {
    answer(request, endpoints, options.metricsToken).then(
      (found) => reply(request, response, found),
      () => reply(request, response, textReply(500, 'internal error')),
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
  // Probes and one scraper need only a few.
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

async function answer(
  { method, url, headers, socket }: IncomingMessage,
  endpoints: ReturnType<typeof opsEndpoints>,
  metricsToken: string | undefined,
): Promise<OpsReply> {
  const path = withSingleSlashes(url ?? '').split('?', 1)[0] ?? '';
  const endpoint = endpoints.get(path);
  if (endpoint === undefined) return textReply(404, 'not found');
  if (method !== 'GET' && method !== 'HEAD') return textReply(405, 'GET only');
  if (path === '/metrics') {
    const request = { address: socket.remoteAddress, header: (name: string) => headers[name]?.toString() };
    const fault = metricsFault(request, metricsToken);
    if (fault !== undefined) return textReply(401, fault);
  }
  return endpoint();
}

function reply(request: IncomingMessage, response: ServerResponse, { status, contentType, body }: OpsReply): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
