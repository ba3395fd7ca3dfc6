import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitPipelining, type PipeliningLimits } from './pipelining.ts';
import { withSingleSlashes } from './single-slashes.ts';

/** How long a client may hold a connection without a request that is being answered. */
export interface ConnectionTiming {
  /** From the connection, or from the first byte of a later request, to the last header. */
  readonly headersMs: number;
  /** To the last byte of the body. */
  readonly requestMs: number;
  /**
   * Between an answer and the next request. Longer than proxies keep theirs: otherwise we close while their next
   * request is on its way.
   */
  readonly keepAliveMs: number;
  /** Without a byte in either direction: the client does not read its answer. */
  readonly silenceMs: number;
  /** How often slow clients are searched for. */
  readonly lookMs: number;
}

export interface GuardedServerOptions {
  readonly timing: ConnectionTiming;
  readonly headerBytesMax: number;
  /** Further connections are closed at once. */
  readonly maxConnections: number;
  readonly pipelining: PipeliningLimits;
}

/** A client that does not continue its request cannot hold a connection of this server for long, nor memory. */
export function createGuardedServer(
  handle: RequestListener,
  { timing, headerBytesMax, maxConnections, pipelining }: GuardedServerOptions,
): Server {
  const serve: RequestListener = (request, response) => {
    request.url = withSingleSlashes(request.url ?? '');
    handle(request, response);
  };
  const server = createServer(
    {
      headersTimeout: timing.headersMs,
      requestTimeout: timing.requestMs,
      keepAliveTimeout: timing.keepAliveMs,
      connectionsCheckingInterval: timing.lookMs,
      maxHeaderSize: headerBytesMax,
    },
    limitPipelining(serve, pipelining),
  );
  server.timeout = timing.silenceMs;
  server.maxConnections = maxConnections;
  return server;
}

/** Resolves to the URL it listens at; port 0 is any free one. */
export function listenAt(
  server: Server,
  options: { readonly host: string; readonly port: number; readonly backlog?: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      const { address, family, port } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}`);
    });
  });
}
