import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

export type Protocol = 'tcp' | 'udp';

// Above the RTP of local Asterisks, and below the ports that the kernel gives to outgoing connections (32768 and up).
// A server that is down for a moment finds its port free again.
const lowest = 21_000;
const highest = 32_000;

/** Each process starts elsewhere in the range, so that few try a port that another one has. */
let next = lowest + ((process.pid * 997) % (highest - lowest));

/**
 * A port on which no program of this machine listens. While this process lives, no other process gets it from this
 * function. So test files that run side by side never start two servers on one port.
 */
export async function freePort(protocol: Protocol, wanted = 0): Promise<number> {
  if (wanted !== 0) return wanted;
  for (let tries = 0; tries < 1_000; tries++) {
    const port = next;
    next = next + 1 < highest ? next + 1 : lowest;
    if (await reserve(protocol, port)) return port;
  }
  throw new Error(`Found no free ${protocol} port between ${lowest} and ${highest}.`);
}

/** The error's code where the port cannot be bound on the loopback address. Undefined: it is free. */
export async function portError(protocol: Protocol, port: number): Promise<string | undefined> {
  const bound = await bind(protocol, port);
  if (typeof bound === 'string') return bound;
  await bound.close();
  return undefined;
}

/** The kernel keeps the reservation: the other protocol's port with the same number, bound until this process ends. */
async function reserve(protocol: Protocol, port: number): Promise<boolean> {
  const held = await bind(protocol === 'tcp' ? 'udp' : 'tcp', port);
  if (typeof held === 'string') return false;
  if ((await portError(protocol, port)) === undefined) return true;
  await held.close();
  return false;
}

/** A bound port does not keep the process alive. */
function bind(protocol: Protocol, port: number): Promise<{ close(): Promise<void> } | string> {
  return new Promise((done) => {
    const failed = (error: NodeJS.ErrnoException) => done(error.code ?? error.message);
    if (protocol === 'udp') {
      const socket = createSocket('udp4');
      socket.once('error', failed);
      socket.bind(port, '127.0.0.1', () => {
        socket.unref();
        done({ close: () => new Promise((closed) => socket.close(closed)) });
      });
    } else {
      const server = createServer();
      server.once('error', failed);
      server.listen(port, '127.0.0.1', () => {
        server.unref();
        done({ close: () => new Promise((closed) => server.close(() => closed())) });
      });
    }
  });
}
