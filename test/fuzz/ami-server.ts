import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as soon } from 'node:timers/promises';

/** An AMI server that answers as Asterisk does, and writes anything else that the test sends. */
export interface FuzzedAmi {
  readonly port: number;
  /** Writes to the newest connection, in order, with nothing in between. Resolves when the kernel has the bytes. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Every action since the last call, as its header lines. */
  takeActions(): string[][];
  /** Ids of the last actions. */
  readonly actionIds: readonly string[];
  stop(): Promise<void>;
}

/** The list after an answer; each item gets its ActionID. */
const lists: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ShowDialPlan: [
    ['Event: ListDialplan', 'Context: redial', 'Extension: connect', 'Priority: 1'],
    ['Event: ShowDialPlanComplete', 'EventList: Complete', 'ListItems: 1'],
  ],
};

const answers: Readonly<Record<string, readonly string[]>> = {
  login: ['Response: Success', 'Message: Authentication accepted'],
  Ping: ['Response: Success', 'Ping: Pong'],
  CoreStatus: ['Response: Success', 'CoreStartupDate: 2025-01-02', 'CoreStartupTime: 03:04:05'],
  CoreSettings: ['Response: Success', 'AsteriskVersion: 22.10.1'],
  ShowDialPlan: ['Response: Success', 'EventList: start', 'Message: DialPlan list will follow'],
  Status: ['Response: Error', 'Message: No such channel'],
  DBGet: ['Response: Error', 'Message: Database entry not found'],
  Hangup: ['Response: Error', 'Message: No such channel'],
  Originate: ['Response: Success', 'Message: Originate successfully queued'],
};

export async function startFuzzedAmi(): Promise<FuzzedAmi> {
  const sockets = new Set<Socket>();
  let [latest, actions, actionIds]: [Socket | undefined, string[][], string[]] = [undefined, [], []];
  const held: (() => void)[] = [];
  let isWriting = false;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    latest = socket;
    let rest = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    socket.on('data', (chunk) => {
      const packets = (rest + chunk.toString()).split('\r\n\r\n');
      rest = packets.pop() ?? '';
      for (const text of packets) {
        const lines = text.split('\r\n');
        actions.push(lines);
        const value = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
        actionIds = [...actionIds.slice(-5), value('ActionID')];
        const answer = [answers[value('Action')] ?? [], ...(lists[value('Action')] ?? [])]
          .map(([first = 'Response: Error', ...others]) => [first, `ActionID: ${value('ActionID')}`, ...others])
          .map((packet) => `${packet.join('\r\n')}\r\n\r\n`)
          .join('');
        if (isWriting) held.push(() => socket.write(answer));
        else socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    write: async (pieces) => {
      const socket = latest;
      isWriting = true;
      for (const piece of pieces) {
        if (socket === undefined || socket.destroyed) break;
        await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
        // Waits for the reader, so that each piece arrives alone.
        if (pieces.length > 1) await soon();
      }
      isWriting = false;
      for (const answer of held.splice(0)) answer();
    },
    takeActions: () => actions.splice(0),
    get actionIds() {
      return actionIds;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
