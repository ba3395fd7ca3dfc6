import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

// Above the RTP of local Asterisks, and below the range the kernel takes for outgoing connections (32768+), so that a server that is down for a moment finds its port free again.
const lowest = 21_000;
const highest = 32_000;

/** Each process goes through the range from a place of its own, so that processes which start servers at the same time do not pick the same ports. */
let next = lowest + ((process.pid * 997) % (highest - lowest));

/** A port nobody on this machine listens on. Someone else can take it before we do: callers wait for their server to answer, and fail if it does not. */
export async function freePort(protocol: 'tcp' | 'udp', wanted = 0): Promise<number> {
  if (wanted !== 0) return wanted;
  for (let tries = 0; tries < 1_000; tries++) {
    const port = next;
    next = next + 1 < highest ? next + 1 : lowest;
    if (await isFree(protocol, port)) return port;
  }
  throw new Error(`Found no free ${protocol} port between ${lowest} and ${highest}.`);
}

function isFree(protocol: 'tcp' | 'udp', port: number): Promise<boolean> {
  return new Promise((done) => {
    if (protocol === 'udp') {
      const socket = createSocket('udp4');
      socket.once('error', () => done(false));
      socket.bind(port, '127.0.0.1', () => socket.close(() => done(true)));
    } else {
      const server = createServer();
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
    }
  });
}
