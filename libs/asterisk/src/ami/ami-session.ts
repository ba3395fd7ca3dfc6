import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Result } from '@redial/call';
import AmiClient from 'asterisk-ami-client';
import { hasControlCharacter } from './ami-action.ts';
import type { Timers } from './timers.ts';

/** How to reach a PBX. The configuration's PBXs have this shape. */
export interface AmiAccess {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/** One TCP connection, logged in. It is never revived: after its end a new one is opened. */
export interface AmiSession {
  /** Sends one packet, given without its closing empty line. */
  write(text: string): void;
  destroy(): void;
}

/** `step`: the step that failed. */
export interface FailedLogin {
  readonly step: 'connect' | 'login';
  readonly reason: string;
}

type OpenedSession = Result<AmiSession, FailedLogin>;

interface SessionOptions {
  readonly access: AmiAccess;
  /** For connecting and logging in together. */
  readonly loginDeadlineMs: number;
  readonly timers: Timers;
  /** Each packet as text, without its closing empty line. The first one may lack its beginning. */
  readonly onPacket: (text: string) => void;
  /** At most once, and only for a session that was opened. */
  readonly onClosed: (reason: string) => void;
  /** Aborts the opening. */
  readonly signal?: AbortSignal;
}

/**
 * The maximum size of one packet, and of everything before the login's answer, in bytes. Asterisk's packets have a few
 * KiB: a server that sends more does not speak AMI.
 */
export const largestPacketBytes = 128 * 1_024;

/**
 * The only place that uses asterisk-ami-client. It works around these faults of 1.1.5:
 *
 * 1. Its promises share ActionIDs made from the clock: only its raw connection is used. The link makes the ids.
 * 2. It parses repeated headers into one: packets are taken whole, from `data`.
 * 3. Bytes behind the login's answer in the same chunk are lost, so the next packet may lack its beginning.
 * 4. A silent server hangs the login, a dropped connection rejects with `false`, a wrong password leaves the socket
 *    open. The deadline is ours, and an abort signal destroys a socket that it never returns.
 * 5. `disconnect` comes twice, and its own reconnection gives up: reconnection is off, and the end is reported once.
 * 6. It keeps an unfinished packet without a limit, and scans all of it again with each chunk: bytes are counted at the
 *    socket.
 * 7. It closes politely: the kernel would go on sending unsent bytes, and an Originate could reach the PBX minutes
 *    after Redial gave it up. The socket is reset.
 * 8. It emits events under the names that a server sends, and `error` would end the process: emitting is off.
 */
export async function openAmiSession(options: SessionOptions): Promise<OpenedSession> {
  const { access, onPacket, onClosed, timers } = options;
  const { host, port, username, secret } = access;
  if (hasControlCharacter(username) || hasControlCharacter(secret)) {
    return { ok: false, step: 'login', reason: 'the username or the secret holds a control character' };
  }
  const client = new AmiClient({
    reconnect: false,
    keepAlive: false,
    emitEventsByTypes: false,
    emitResponsesById: false,
  });
  const destroySocket = new AbortController();
  let state: 'opening' | 'open' | 'closed' = 'opening';
  let lastError: string | undefined;
  let unfinishedBytes = 0;

  client.on('data', (chunk: Buffer) => {
    unfinishedBytes = 0;
    if (state === 'open') splitPackets(chunk.toString('utf8'), onPacket);
  });
  client.on('internalError', (error: Error) => {
    lastError ??= describe(error);
  });
  client.on('disconnect', () => {
    if (state !== 'open') return;
    state = 'closed';
    onClosed(lastError === undefined ? 'the PBX closed the connection' : `the connection broke: ${lastError}`);
  });

  let giveUp = (_reason: string) => {};
  const gaveUp = new Promise<OpenedSession>((resolve) => {
    giveUp = (reason) => resolve({ ok: false, step: 'connect', reason });
  });
  const { loginDeadlineMs } = options;
  const cancelDeadline = timers.start(loginDeadlineMs, () => giveUp(`no login within ${loginDeadlineMs} ms`));
  const calledOff = () => giveUp('called off');
  options.signal?.addEventListener('abort', calledOff, { once: true });
  if (options.signal?.aborted) calledOff();

  const { made, socket } = socketMadeBy(() =>
    client.connect(username, secret, { host, port, noDelay: true, signal: destroySocket.signal }),
  );
  socket?.on('data', (chunk: Buffer) => {
    unfinishedBytes += chunk.length;
    if (unfinishedBytes <= largestPacketBytes || socket.destroyed) return;
    lastError ??= `a packet of more than ${largestPacketBytes} bytes`;
    giveUp(`the PBX sent ${lastError}`);
    reset(socket);
  });
  const connection = made.then(
    (opened): OpenedSession | { readonly opened: typeof opened } => ({ opened }),
    (error: unknown): OpenedSession => ({ ok: false, ...whyNot(error) }),
  );
  const result = await Promise.race([connection, gaveUp]);
  cancelDeadline();
  options.signal?.removeEventListener('abort', calledOff);
  if (!('opened' in result)) {
    destroySocket.abort();
    return result;
  }
  state = 'open';
  const { opened } = result;
  return {
    ok: true,
    value: {
      write: (text) => void opened.write(text),
      destroy: () => {
        if (state === 'closed') return;
        state = 'closed';
        reset(socket);
        opened.close();
      },
    },
  };
}

/** The package creates the socket. Node reports it on creation. */
function socketMadeBy<T>(connect: () => T): { readonly made: T; readonly socket: Socket | undefined } {
  let socket: Socket | undefined;
  const hear = (message: unknown) => {
    ({ socket } = message as { socket: Socket });
  };
  subscribe('net.client.socket', hear);
  try {
    return { made: connect(), socket };
  } finally {
    unsubscribe('net.client.socket', hear);
  }
}

/** Ends the connection, and drops the bytes that were not sent yet. */
function reset(socket: Socket | undefined): void {
  if (socket?.destroyed === false) socket.resetAndDestroy();
}

function splitPackets(text: string, onPacket: (text: string) => void): void {
  let from = 0;
  for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n', from)) {
    if (end > from) onPacket(text.slice(from, end));
    from = end + 4;
  }
  if (from < text.length) onPacket(text.slice(from));
}

function whyNot(error: unknown): { readonly step: 'connect' | 'login'; readonly reason: string } {
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('AMI message: ')) {
    return { step: 'login', reason: `the PBX refused the login: ${message.slice('AMI message: '.length)}` };
  }
  // `false` from a closed socket, `ami auth error` from its stream: neither names a reason.
  if (!(error instanceof Error) || message === 'ami auth error') {
    return { step: 'login', reason: 'the PBX closed the connection before it answered the login' };
  }
  return { step: 'connect', reason: describe(error) };
}

/**
 * The error code where there is one. A message may hold addresses, and it is empty where several addresses were tried.
 */
function describe(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? (error.message || error.name);
}
