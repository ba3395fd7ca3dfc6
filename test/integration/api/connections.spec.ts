import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

const most = 20;
let redis: TestRedis;
let api: RunningApi;
const sockets: Socket[] = [];
beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url, env: { REDIAL_MAX_CONNECTIONS: String(most) } });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await api?.stop();
  await redis?.stop();
});

async function open(said: string): Promise<Socket> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.write(said);
  return socket;
}

/** A reset ends the connection too. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : void socket.once('close', () => resolve())));
}

describe('clients that hold connections and never complete their request', () => {
  it('given the maximum of open connections, then one more is closed, which is logged, and the slow ones are closed for the others', async () => {
    const slow: Socket[] = [];
    // Half a header, half a line, and nothing at all.
    for (const said of ['POST /v1/calls HTTP/1.1\r\nX-Slow: ', 'GET', ''])
      for (let n = 0; n < (said === '' ? most - 12 : 6); n++) slow.push(await open(said));
    const cut = slow.map(closed);

    const refused = await open('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await closed(refused);
    expect(refused.bytesRead).toBe(0);
    await expect.poll(() => api.log()).toContain('a connection was turned away');

    await Promise.all(cut);
    expect((await api.send('POST', '/v1/calls', { dial1: '1001', dial2: '0820001234' })).status).toBe(202);
  });
});

describe('clients that send their next requests before they have an answer', () => {
  // Wrong keys: any client can send them. Redis, which counts them, does not answer.
  const wrong = 'GET /v1/calls HTTP/1.1\r\nHost: x\r\nX-API-Key: nobodys\r\n\r\n';

  it('given thousands of requests on one connection, then each is answered in order', {
    timeout: 180_000,
  }, async () => {
    const socket = await open('');
    let answers = 0;
    socket.on('data', (chunk) => {
      answers += String(chunk).split('HTTP/1.1 401').length - 1;
    });
    socket.write(wrong.repeat(5_000));
    // Answers that span two pieces are not counted.
    await expect.poll(() => answers, { timeout: 150_000 }).toBeGreaterThan(4_900);
    socket.destroy();
  });

  it('given more of them than a process keeps, then connections are closed, which is logged, and clients that wait for their answer are served', async () => {
    await redis.pause();
    try {
      const greedy = await Promise.all(Array.from({ length: 10 }, () => open(wrong.repeat(5_000))));
      await Promise.any(greedy.map(closed));
      await expect.poll(() => api.log()).toContain('without waiting for answers was cut');
      expect((await api.send('GET', '/livez')).status).toBe(200);
      for (const socket of greedy) socket.destroy();
    } finally {
      await redis.resume();
    }
    const served = () => api.send('GET', '/v1/calls').then(({ status }) => status);
    await expect.poll(served, { timeout: 30_000 }).toBe(200);
  });
});
