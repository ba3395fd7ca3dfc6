import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

export interface WantedPort {
  readonly port: number;
  /** As typed: `--http-port`. */
  readonly option: string;
  readonly protocol: 'tcp' | 'udp';
}

/** A port that somebody else has is the likeliest thing to go wrong: a sentence for each, with what to do. */
export async function portsInUse(wanted: readonly WantedPort[]): Promise<readonly string[]> {
  const faults = await Promise.all(wanted.map(fault));
  return faults.filter((sentence) => sentence !== undefined);
}

async function fault({ port, option, protocol }: WantedPort): Promise<string | undefined> {
  const code = await (protocol === 'tcp' ? tryTcp(port) : tryUdp(port));
  if (code === undefined) return undefined;
  const reason =
    code === 'EADDRINUSE'
      ? 'is in use by another program'
      : code === 'EACCES'
        ? 'may not be used by this user'
        : `cannot be used (${code})`;
  return `Port ${port} ${reason}. Choose another: npm start -- ${option} <port>`;
}

/** The error's code, or undefined when the port is free. */
function tryTcp(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(undefined)));
  });
}

function tryUdp(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const probe = createSocket('udp4');
    probe.once('error', (error: NodeJS.ErrnoException) => {
      probe.close();
      done(error.code ?? error.message);
    });
    probe.bind(port, '127.0.0.1', () => probe.close(() => done(undefined)));
  });
}
