import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ReceivedAction {
  readonly name: string;
  readonly headers: readonly (readonly [string, string])[];
  get(header: string): string | undefined;
  all(header: string): string[];
  /** Answers on the connection of the action. Adds the ActionID. */
  answer(first: string, ...others: readonly string[]): void;
  /** Writes bytes unchanged, on that connection. */
  raw(bytes: string | Uint8Array): void;
  /** Ends that connection. */
  cut(): void;
}

/** An AMI server that a test scripts. It keeps every byte that it receives. */
export interface ScriptedAmi {
  readonly port: number;
  readonly received: readonly ReceivedAction[];
  /** Everything that was received, over all connections. */
  readonly bytes: string;
  readonly connections: number;
  readonly openConnections: number;
  /** Sets how an action is answered from now on. An action without a rule is not answered. */
  on(action: string, rule: (action: ReceivedAction) => void): void;
  /** The next action with that name that this function has not returned yet. */
  next(action: string): Promise<ReceivedAction>;
  send(...headers: readonly string[]): void;
  /** Sends bytes unchanged, to every connection. */
  write(bytes: string | Uint8Array): void;
  /** Connections that were reset, not ended. */
  readonly resets: number;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
  cut(): void;
  stop(): Promise<void>;
}

/** Answers Login, Ping, CoreStatus, CoreSettings and ShowDialPlan as Asterisk does. */
export async function startScriptedAmi(): Promise<ScriptedAmi> {
  const rules = new Map<string, (action: ReceivedAction) => void>();
  const received: ReceivedAction[] = [];
  const givenOut = new Set<ReceivedAction>();
  const waiters: { name: string; resolve: (action: ReceivedAction) => void }[] = [];
  const sockets = new Set<Socket>();
  let closedWaiters: (() => void)[] = [];
  let bytes = '';
  let connections = 0;
  let resets = 0;

  const server = createServer((socket) => {
    connections += 1;
    socket.setNoDelay(true);
    sockets.add(socket);
    let rest = '';
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNRESET') resets += 1;
    });
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const resolve of closedWaiters.splice(0)) resolve();
    });
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1');
      const packets = (rest + chunk.toString()).split('\r\n\r\n');
      rest = packets.pop() ?? '';
      for (const packet of packets) take(parse(packet, socket));
    });
  });

  function take(action: ReceivedAction): void {
    received.push(action);
    rules.get(action.name)?.(action);
    const waiter = waiters.findIndex((each) => each.name === action.name);
    if (waiter === -1) return;
    givenOut.add(action);
    waiters.splice(waiter, 1)[0]?.resolve(action);
  }

  rules.set('login', (action) => action.answer('Response: Success', 'Message: Authentication accepted'));
  rules.set('Ping', (action) => action.answer('Response: Success', 'Ping: Pong'));
  rules.set('CoreStatus', (action) =>
    action.answer('Response: Success', 'CoreStartupDate: 2025-01-02', 'CoreStartupTime: 03:04:05'),
  );
  rules.set('CoreSettings', (action) =>
    action.answer('Response: Success', 'AMIversion: 11.0.0', 'AsteriskVersion: 22.10.1'),
  );
  rules.set('ShowDialPlan', answerWithDialplan);

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    get bytes() {
      return bytes;
    },
    get connections() {
      return connections;
    },
    get resets() {
      return resets;
    },
    get openConnections() {
      return sockets.size;
    },
    on: (action, rule) => void rules.set(action, rule),
    next: (name) => {
      const there = received.find((action) => action.name === name && !givenOut.has(action));
      if (there !== undefined) {
        givenOut.add(there);
        return Promise.resolve(there);
      }
      return new Promise((resolve) => waiters.push({ name, resolve }));
    },
    send: (...headers) => {
      for (const socket of sockets) socket.write(`${headers.join('\r\n')}\r\n\r\n`);
    },
    write: (text) => {
      for (const socket of sockets) socket.write(text);
    },
    allClosed: () => new Promise((resolve) => (sockets.size === 0 ? resolve() : closedWaiters.push(resolve))),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      closedWaiters = [];
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One row, as of redial,connect. */
export function answerWithDialplan(action: ReceivedAction): void {
  const id = `ActionID: ${action.get('ActionID')}`;
  action.answer('Response: Success', 'EventList: start', 'Message: DialPlan list will follow');
  action.raw(`Event: ListDialplan\r\n${id}\r\nContext: redial\r\nExtension: connect\r\nPriority: 1\r\n\r\n`);
  action.raw(`Event: ShowDialPlanComplete\r\n${id}\r\nEventList: Complete\r\nListItems: 1\r\n\r\n`);
}

function parse(packet: string, socket: Socket): ReceivedAction {
  const headers = packet
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
  const get = (name: string) => headers.find((header) => header[0] === name)?.[1];
  return {
    name: get('Action') ?? '',
    headers,
    get,
    all: (name) => headers.flatMap((header) => (header[0] === name ? [header[1]] : [])),
    answer: (first, ...others) => {
      socket.write(`${[first, `ActionID: ${get('ActionID')}`, ...others].join('\r\n')}\r\n\r\n`);
    },
    raw: (bytes) => void socket.write(bytes),
    cut: () => socket.destroy(),
  };
}
