import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Exit } from './child.ts';

/**
 * Waits until Redis answers PING with PONG (not with LOADING), at most `deadlineMs`. Stops at once when the process
 * ends.
 */
export async function waitForRedis(
  port: number,
  exited?: Promise<Exit>,
  password?: string,
  deadlineMs = 30_000,
): Promise<void> {
  const until = Date.now() + deadlineMs;
  let ended: Exit | undefined;
  void exited?.then((exit) => {
    ended = exit;
  });
  while (Date.now() < until) {
    if (ended !== undefined) throw new Error(`Redis ended while starting (${ended.signal ?? `code ${ended.code}`}).`);
    if ((await askRedis(port, 'PING', password).catch(() => '')).startsWith('+PONG')) return;
    await wait(20);
  }
  throw new Error(`Redis on port ${port} did not answer within ${deadlineMs / 1000} s.`);
}

export async function redisVersion(port: number, password?: string): Promise<string> {
  return /redis_version:(\S+)/.exec(await askRedis(port, 'INFO server', password))?.[1] ?? 'unknown';
}

/** Waits until a command has the wanted reply. At the deadline, the error holds the last reply. */
export async function untilRedis(
  port: number,
  command: string,
  wanted: (reply: string) => boolean,
  deadlineMs = 30_000,
): Promise<void> {
  const until = Date.now() + deadlineMs;
  let last = '';
  while (Date.now() < until) {
    last = await askRedis(port, command).catch((error: Error) => error.message);
    if (wanted(last)) return;
    await wait(20);
  }
  throw new Error(`Redis on port ${port} answered ${command} for ${deadlineMs / 1000} s with ${last}`);
}

/**
 * One command over a socket of its own, and its raw reply. Enough for short replies, which arrive in one piece on the
 * loopback.
 */
export function askRedis(port: number, command: string, password?: string): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1_000, () => socket.destroy(new Error('timeout')));
    const ask = () => {
      socket.once('data', (chunk) => {
        socket.destroy();
        done(String(chunk));
      });
      socket.write(`${command}\r\n`);
    };
    socket.once('connect', () => {
      if (password === undefined) return ask();
      // Its reply is ignored: the answer to the command shows whether the password was right.
      socket.once('data', ask);
      socket.write(`AUTH ${password}\r\n`);
    });
    socket.once('error', failed);
    socket.once('close', () => failed(new Error('closed')));
  });
}
