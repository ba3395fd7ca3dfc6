import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { FailPoint } from './fail-point.ts';
import type { Cut } from './operations.ts';

export interface CountingProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * A proxy between a process and a server. It queries the fail point before each operation that `counts`. Once the fail
 * point has struck, nothing of the process passes on any connection.
 */
export async function startCountingProxy(options: {
  readonly target: { readonly host: string; readonly port: number };
  readonly failPoint: FailPoint;
  readonly cut: (sent: Buffer) => Cut;
  readonly counts: (operation: string) => boolean;
}): Promise<CountingProxy> {
  const { target, failPoint, cut, counts } = options;
  const sockets = new Set<Socket>();
  const track = (socket: Socket, other: () => Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // Always followed by close.
    socket.on('close', () => {
      sockets.delete(socket);
      other().destroy();
    });
  };

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ ...target, noDelay: true });
    track(client, () => server);
    track(server, () => client);
    server.pipe(client);
    let pending = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      const { operations, rest } = cut(pending.length === 0 ? chunk : Buffer.concat([pending, chunk]));
      pending = Buffer.from(rest);
      for (const { name, bytes } of operations) {
        const passes = counts(name) ? failPoint.admit(name) : !failPoint.hasStruck;
        if (passes) server.write(bytes);
      }
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
