import { connect, createServer, type Server, type Socket } from 'node:net';

/** Causes network faults on purpose. It has its own port and one target. */
export interface TcpProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Bytes that reached the other side, since the start. */
  readonly bytes: { readonly toServer: number; readonly toClient: number };
  /** Open connections. */
  connections(): number;
  /** Resolves when the next client is connected to the server. */
  nextConnection(): Promise<void>;
  /** Breaks every open connection with a reset. New ones are accepted. */
  cut(): void;
  /**
   * Leaves every socket open, old and new, and passes nothing, like a dead route or a frozen host. Held bytes arrive on
   * heal().
   */
  blackhole(): void;
  /** Refuses new connections with a reset. Open ones continue. */
  refuse(): void;
  /**
   * Passes the next request that contains all these words, and from then on nothing back on its connection. The sender
   * stops at that point for as long as it waits for an answer. A request is what the client wrote at once.
   */
  stopAfter(...words: string[]): StopPoint;
  /** Ends blackhole() and refuse(). */
  heal(): void;
  stop(): Promise<void>;
}

export interface StopPoint {
  /**
   * The server has answered, so the request is done. Only the sender does not know it, and has not given up waiting.
   */
  isHolding(): boolean;
  /** Passes the answers. On a connection that has broken meanwhile they are lost. */
  release(): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** The answers that are held; absent: none. */
  held?: Buffer[];
}

export async function startTcpProxy(target: { host?: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const bytes = { toServer: 0, toClient: 0 };
  let waiting: (() => void)[] = [];
  let refusing = false;
  let silent = false;
  const armed = new Set<(pair: Pair, request: Buffer) => void>();

  const forward = (pair: Pair, from: Socket, to: Socket, direction: keyof typeof bytes) => {
    from.on('data', (chunk: Buffer) => {
      bytes[direction] += chunk.length;
      if (direction === 'toServer') for (const look of armed) look(pair, chunk);
      else if (pair.held !== undefined) {
        pair.held.push(chunk);
        return;
      }
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!silent) from.resume();
    });
    from.on('end', () => to.end());
  };

  const listener: Server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (refusing) return void client.on('error', () => {}).resetAndDestroy();
    const server = connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true, noDelay: true });
    const pair: Pair = { client, server };
    pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => {}); // Always followed by close.
      socket.on('close', () => {
        if (!silent) end(pair); // Behind a black hole no side notices that the other is gone.
      });
    }
    forward(pair, client, server, 'toServer');
    forward(pair, server, client, 'toClient');
    if (silent) hold(pair);
    server.once('connect', () => {
      for (const notify of waiting) notify();
      waiting = [];
    });
  });

  const end = (pair: Pair) => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };
  const hold = (pair: Pair) => {
    pair.client.pause();
    pair.server.pause();
  };

  await new Promise<void>((done, failed) => {
    listener.once('error', failed);
    listener.listen(0, '127.0.0.1', done);
  });
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const cut = () => {
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    pairs.clear();
  };

  return {
    host: '127.0.0.1',
    port,
    bytes,
    connections: () => pairs.size,
    nextConnection: () => new Promise((done) => waiting.push(done)),
    cut,
    blackhole: () => {
      silent = true;
      for (const pair of pairs) hold(pair);
    },
    refuse: () => {
      refusing = true;
    },
    stopAfter: (...words) => {
      let stopped: Pair | undefined;
      const look = (pair: Pair, request: Buffer) => {
        if (!words.every((word) => request.includes(word))) return;
        armed.delete(look);
        stopped = pair;
        pair.held ??= [];
      };
      armed.add(look);
      return {
        isHolding: () => (stopped?.held?.length ?? 0) > 0 && !stopped?.client.destroyed && !stopped?.server.destroyed,
        release: () => {
          armed.delete(look);
          const held = stopped?.held;
          if (stopped === undefined || held === undefined) return;
          delete stopped.held;
          if (!stopped.client.destroyed) for (const chunk of held) stopped.client.write(chunk);
        },
      };
    },
    heal: () => {
      silent = false;
      refusing = false;
      for (const pair of pairs) {
        if (pair.client.destroyed || pair.server.destroyed) end(pair);
        pair.client.resume();
        pair.server.resume();
      }
    },
    stop: async () => {
      cut();
      await new Promise((done) => listener.close(done));
    },
  };
}
