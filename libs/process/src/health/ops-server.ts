import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ConnectionTiming, createGuardedServer, listenAt, type Metrics } from '@redial/platform';
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
  readonly timing?: Partial<ConnectionTiming>;
}

/** A reply takes as long as the slowest health check: seconds. */
const defaultTiming: ConnectionTiming = {
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
  const endpoints = opsEndpoints(options);
  const serve: RequestListener = (request, response) => {
    answer(request, endpoints, options.metricsToken).then(
      (found) => reply(request, response, found),
      () => reply(request, response, textReply(500, 'internal error')),
    );
  };
  const server = createGuardedServer(serve, {
    timing: { ...defaultTiming, ...options.timing },
    headerBytesMax: 8_192,
    // Probes and one scraper need only a few.
    maxConnections: 100,
    pipelining: { atOnce: 4, inAll: 100, onCut: () => undefined },
  });
  return {
    url: await listenAt(server, { host: options.host, port: options.port }),
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
  const path = (url ?? '').split('?', 1)[0] ?? '';
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
