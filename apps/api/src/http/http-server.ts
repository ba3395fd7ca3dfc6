import type { RequestListener, ServerResponse } from 'node:http';
import { type ConnectionTiming, createGuardedServer, listenAt } from '@redial/platform';

/** Connections that may wait for the process to accept them. Many clients at once must not have to connect again. */
const backlog = 4_096;

export interface HttpServer {
  /** Resolves to the URL it listens at; port 0 is any free one. */
  listen(host: string, port: number): Promise<string>;
  /** Requests in flight are answered. Idle connections are closed at once, and the others when the grace has passed. */
  close(graceMs: number): Promise<void>;
}

export interface HttpServerOptions {
  /** The maximum of open connections. Further ones are closed at once. */
  readonly maxConnections: number;
  readonly onTurnedAway: () => void;
  /** A connection was cut whose client sent too much without waiting for answers. */
  readonly onCut: () => void;
  readonly timing?: Partial<ConnectionTiming>;
}

const defaultTiming: ConnectionTiming = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  // Longer than any client waits for an outcome.
  silenceMs: 900_000,
  lookMs: 1_000,
};

/** A query may be long: vendors' clients put all their fields into it. */
const headerBytesMax = 16_384;

/**
 * Requests that one connection may have in progress. Few clients send requests ahead of their answers; the rest of such
 * requests waits.
 */
const atOnceMax = 16;
/** Requests of all connections that were sent ahead of their answers: some 3 KB each while Redis does not reply. */
const pipelinedMax = 2_000;

/** The API's HTTP server. A client that does not continue its request cannot hold a connection for long, nor memory. */
export function createHttpServer(handle: RequestListener, options: HttpServerOptions): HttpServer {
  const inFlight = new Set<ServerResponse>();
  let isClosing = false;
  const serve: RequestListener = (request, response) => {
    if (isClosing) response.shouldKeepAlive = false;
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    handle(request, response);
  };
  const server = createGuardedServer(serve, {
    timing: { ...defaultTiming, ...options.timing },
    headerBytesMax,
    maxConnections: options.maxConnections,
    pipelining: { atOnce: atOnceMax, inAll: pipelinedMax, onCut: options.onCut },
  });
  server.on('drop', () => {
    // Idle connections must not keep new ones out.
    server.closeIdleConnections();
    options.onTurnedAway();
  });

  return {
    listen: (host, port) => listenAt(server, { host, port, backlog }),
    close: async (graceMs) => {
      isClosing = true;
      // Their clients then send the next request on a new connection, not on one that is about to close.
      for (const response of inFlight) response.shouldKeepAlive = false;
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      // A connection whose request was answered after the close began would wait for another request.
      const idle = setInterval(() => server.closeIdleConnections(), 100);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearInterval(idle);
      clearTimeout(timer);
    },
  };
}
