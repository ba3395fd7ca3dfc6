import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';

const opened: { readonly servers: HttpServer[]; readonly sockets: Socket[] } = { servers: [], sockets: [] };
afterEach(async () => {
  for (const socket of opened.sockets.splice(0)) socket.destroy();
  for (const server of opened.servers.splice(0)) await server.close(0);
});

const short = { headersMs: 150, requestMs: 300, keepAliveMs: 150, lookMs: 20 };
const readsAll: RequestListener = (request, response) => void request.resume().on('end', () => response.end('done'));

/** A server, and clients that report the replies they get. */
async function listening(options: Partial<HttpServerOptions> = {}, handle = readsAll) {
  const server = createHttpServer(handle, {
    maxConnections: 100,
    onTurnedAway: () => undefined,
    onCut: () => undefined,
    timing: short,
    ...options,
  });
  opened.servers.push(server);
  const { port } = new URL(await server.listen('127.0.0.1', 0));
  return async (...said: string[]) => {
    const socket = connect(Number(port), '127.0.0.1');
    opened.sockets.push(socket);
    let heard = '';
    // A reset ends the connection too.
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        heard += chunk;
      });
    const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)));
    await once(socket, 'connect');
    for (const text of said) socket.write(text);
    return { socket, ended };
  };
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('a client that does not continue its request is disconnected', () => {
  it.each([
    ['that sends nothing at all', []],
    ['that begins a header and stops', ['GET / HTTP/1.1\r\nX-Slow: a']],
    ['that announces a body and sends a part of it', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc']],
    [
      'that sends a chunk and never the last',
      ['POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
    ],
    ['that had its answer and begins another request', [get, 'GET / HT']],
  ])('one %s', async (_, said) => {
    const client = await listening();
    const { ended } = await client(...said);
    expect(await ended).not.toContain('200 OK\r\n\r\n');
  });

  it('one that sends a byte of a header now and then, even if it continues for ever', async () => {
    const client = await listening();
    const { socket, ended } = await client('GET / HTTP/1.1\r\nX-Slow: ');
    const drip = setInterval(() => socket.write('a'), 10);
    expect(await ended).toContain('408');
    clearInterval(drip);
  });

  it('one that does not read its answer', async () => {
    const endless: RequestListener = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {}
      };
      response.on('drain', more);
      more();
    };
    const client = await listening({ timing: { ...short, silenceMs: 200 } }, endless);
    const { socket } = await client(get);
    socket.pause();
    const server = opened.servers[0];
    // The server ends by itself only if no connection is left.
    await expect(server?.close(60_000)).resolves.toBeUndefined();
    opened.servers.length = 0;
  });

  it('while one that sends a request is answered', async () => {
    const client = await listening({ maxConnections: 3 });
    const slow = [await client('GET'), await client('GET')];
    const { socket } = await client(get);
    expect(String((await once(socket, 'data'))[0])).toContain('200 OK');
    await Promise.all(slow.map(({ ended }) => ended));
  });
});

describe('connections', () => {
  it('beyond the maximum are closed at once; when one ends another is accepted', async () => {
    let turnedAway = 0;
    const client = await listening({
      maxConnections: 2,
      onTurnedAway: () => void turnedAway++,
      timing: { ...short, headersMs: 5_000, requestMs: 5_000 },
    });
    const [first] = [await client('GET'), await client('GET')];
    expect(await (await client(get)).ended).toBe('');
    expect(turnedAway).toBe(1);
    first.socket.destroy();
    await expect
      .poll(async () => {
        const { socket, ended } = await client(get);
        return Promise.race([once(socket, 'data').then(String), ended]);
      })
      .toContain('200 OK');
  });

  it('are kept between requests for longer than the limit of a header', async () => {
    const client = await listening({ timing: { ...short, keepAliveMs: 60_000 } });
    const { socket } = await client(get);
    await once(socket, 'data');
    // A later client that sends nothing more is disconnected meanwhile: more than the limit of a header has passed.
    await (await client('GET')).ended;
    socket.write(get);
    expect(String((await once(socket, 'data'))[0])).toContain('200 OK');
  });

  it('that are idle make room for others at the maximum', async () => {
    const client = await listening({ maxConnections: 2, timing: { ...short, keepAliveMs: 60_000 } });
    const idle = [await client(get), await client(get)];
    await Promise.all(idle.map(({ socket }) => once(socket, 'data')));
    expect(await (await client(get)).ended).toBe('');
    await Promise.all(idle.map(({ ended }) => ended));
    const { socket } = await client(get);
    expect(String((await once(socket, 'data'))[0])).toContain('200 OK');
  });

  it('are ended by the answers in progress when the server closes', async () => {
    const held: (() => void)[] = [];
    const client = await listening({ timing: { ...short, keepAliveMs: 60_000 } }, (_request, response) => {
      held.push(() => response.end('done'));
    });
    const [answering, kept] = [await client(get), await client(get)];
    await expect.poll(() => held.length).toBe(2);
    held.pop()?.();
    await once(kept.socket, 'data');
    const closed = opened.servers[0]?.close(60_000);
    await kept.ended;
    held.pop()?.();
    expect(await answering.ended).toMatch(/^HTTP\/1.1 200 OK\r\n(.*\r\n)*Connection: close\r\n/);
    await closed;
    opened.servers.length = 0;
  });

  it('are not kept for a header above the limit', async () => {
    const client = await listening();
    const { ended } = await client(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(await ended).toContain('431');
  });
});
