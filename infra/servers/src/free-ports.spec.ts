import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, portError } from './free-ports.ts';

describe('a free port', () => {
  it('given a returned port, then a server can listen on it, and no other process gets it', async () => {
    const port = await freePort('tcp');
    const server = createServer();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    await new Promise((closed) => server.close(closed));

    expect(await portError('tcp', port)).toBeUndefined();
    // The reservation, which every process that looks for a port finds.
    expect(await portError('udp', port)).toBe('EADDRINUSE');
  });

  it('given a port for UDP, then the reservation is the TCP port of the same number', async () => {
    const port = await freePort('udp');
    expect([await portError('udp', port), await portError('tcp', port)]).toEqual([undefined, 'EADDRINUSE']);
  });

  it('given several requests at once, then each gets another port', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, (_, n) => freePort(n % 2 === 0 ? 'tcp' : 'udp')));
    expect(new Set(ports).size).toBe(20);
  });

  it('given a wanted port, then it is returned unchanged', async () => {
    expect(await freePort('tcp', 4711)).toBe(4711);
  });
});
