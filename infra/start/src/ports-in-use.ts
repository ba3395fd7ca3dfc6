import { type Protocol, portError } from '@redial/servers';

export interface WantedPort {
  readonly port: number;
  /** As typed: `--http-port`. */
  readonly option: string;
  readonly protocol: Protocol;
}

/** The most likely fault of a start is a port in use. Returns one sentence for each, with the remedy. */
export async function portsInUse(wanted: readonly WantedPort[]): Promise<readonly string[]> {
  const faults = await Promise.all(wanted.map(fault));
  return faults.filter((sentence) => sentence !== undefined);
}

async function fault({ port, option, protocol }: WantedPort): Promise<string | undefined> {
  const code = await portError(protocol, port);
  if (code === undefined) return undefined;
  const reason =
    code === 'EADDRINUSE'
      ? 'is in use by another program'
      : code === 'EACCES'
        ? 'may not be used by this user'
        : `cannot be used (${code})`;
  return `Port ${port} ${reason}. Choose another: npm start -- ${option} <port>`;
}
