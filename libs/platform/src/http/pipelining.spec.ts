import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limitPipelining, type PipeliningLimits } from './pipelining.ts';

const opened: { readonly servers: Server[]; readonly sockets: Socket[] } = { servers: [], sockets: [] };
afterEach(() => {
  for (const socket of opened.sockets.splice(0)) socket.destroy();
  for (const server of opened.servers.splice(0)) server.close().closeAllConnections();
});

/** A server that replies when the test lets it, and its clients. */
async function listening(limits: Partial<PipeliningLimits> = {}, onRequest: RequestListener = () => undefined) {
  const working: { readonly url: string; readonly response: ServerResponse }[] = [];
  let cut = 0;
  const serve: RequestListener = (request, response) => {
    working.push({ url: request.url ?? '', response });
    onRequest(request, response);
  };
  const server = createServer(limitPipelining(serve, { atOnce: 2, inAll: 1_000, onCut: () => void cut++, ...limits }));
  opened.servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = async (text: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    opened.sockets.push(socket);
    let heard = '';
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        heard += chunk;
      });
    await once(socket, 'connect');
    socket.write(text);
    return { socket, closed: once(socket, 'close'), answers: () => heard.match(/<[^>]*>/g) ?? [] };
  };
  return {
    client,
    working,
    cut: () => cut,
    connections: () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))),
    answerOne() {
      const { url, response } = working.shift() ?? {};
      response?.end(`<${url}>`);
    },
  };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const gets = (count: number) => Array.from({ length: count }, (_, n) => get(`/${n}`)).join('');
const paths = (count: number) => Array.from({ length: count }, (_, n) => `</${n}>`);

describe('given a client that sends requests before it has its answers', () => {
  it('when there are few, then all are worked on at once, and answered in their order', async () => {
    const { client, working } = await listening();
    const { answers } = await client(gets(2));
    await expect.poll(() => working.length).toBe(2);
    working[1]?.response.end('</1>');
    working[0]?.response.end('</0>');
    await expect.poll(answers).toEqual(paths(2));
  });

  it('when there are more, then each is answered in order, and never more than the limit are in progress', async () => {
    let most = 0;
    const { client, working, answerOne } = await listening({}, () => {
      most = Math.max(most, working.length);
      setImmediate(answerOne);
    });
    const { answers } = await client(gets(300));
    await expect.poll(answers).toEqual(paths(300));
    expect(most).toBe(2);
  });

  it('when they continue without end, then their bytes are not read until they have answers', async () => {
    const { client, working, cut } = await listening({ inAll: 100_000 });
    const { socket, answers } = await client(gets(2));
    await expect.poll(() => working.length).toBe(2);
    // More than the buffers of both ends can hold.
    for (let n = 0; n < 4_000; n++) socket.write(get(`/${'x'.repeat(10_000)}`));
    const someoneElse = await client(get('/else'));
    await expect.poll(() => working.map(({ url }) => url)).toContain('/else');
    working.find(({ url }) => url === '/else')?.response.end('<else>');
    await expect.poll(someoneElse.answers).toEqual(['<else>']);
    expect([working.length, answers(), cut()]).toEqual([3, [], 0]);
    expect(socket.writableLength).toBeGreaterThan(10_000_000);
  });

  it('when bodies come with them, then each request has its own, to the last byte', async () => {
    const bodies: number[] = [];
    const { client, answerOne } = await listening({}, (request) => {
      let length = 0;
      request
        .on('data', (chunk: Buffer) => {
          length += chunk.length;
        })
        .on('end', () => {
          bodies.push(length);
          answerOne();
        });
    });
    const post = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${'b'.repeat(100_000)}`;
    const { answers } = await client(post.repeat(20));
    await expect.poll(() => answers().length).toBe(20);
    expect(bodies).toEqual(Array.from({ length: 20 }, () => 100_000));
  });

  it('when all connections together have too many, then the one that sends one more is closed, and the others are served', async () => {
    const { client, working, cut, answerOne } = await listening({ inAll: 10 });
    const patient = await client(gets(9));
    await expect.poll(() => working.length).toBe(2);
    const greedy = await client(gets(5));
    await greedy.closed;
    expect([cut(), greedy.answers()]).toEqual([1, []]);
    // The first request of each connection is not counted.
    const single = await client(get('/single'));
    await expect.poll(() => working.some(({ url }) => url === '/single')).toBe(true);
    for (let answered = 0; patient.answers().length + single.answers().length < 10; answered++) {
      expect(answered).toBeLessThan(20);
      answerOne();
      await expect
        .poll(() => working.length > 0 || patient.answers().length + single.answers().length === 10)
        .toBe(true);
    }
    expect(patient.answers()).toEqual(paths(9));
    // Requests of closed connections and requests with a reply are not counted.
    const next = await client(gets(11));
    await expect.poll(() => working.length).toBe(2);
    expect([cut(), next.socket.destroyed]).toEqual([1, false]);
  });

  it('when it disconnects, then each of its requests is closed', async () => {
    const left: string[] = [];
    const { client, working } = await listening({}, (request, response) => {
      response.once('close', () => left.push(request.url ?? ''));
    });
    const { socket } = await client(gets(2));
    await expect.poll(() => working.length).toBe(2);
    socket.destroy();
    await expect.poll(() => left.toSorted()).toEqual(['/0', '/1']);
    // A late reply does no harm.
    for (const { response } of working) response.end('late');
  });

  it('when it disconnects while requests of it wait, then the next reply notices it, and the waiting requests are not begun', async () => {
    let begun = 0;
    const { client, working, answerOne, connections } = await listening({}, () => void begun++);
    const { socket } = await client(gets(99));
    await expect.poll(() => working.length).toBe(2);
    socket.resetAndDestroy();
    await expect
      .poll(() => {
        answerOne();
        return connections();
      })
      .toBe(0);
    expect(begun).toBeLessThan(20);
  });
});
