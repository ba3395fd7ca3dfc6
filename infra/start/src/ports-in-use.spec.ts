import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portsInUse, type WantedPort } from './ports-in-use.ts';

const tcp = createServer();
const udp = createSocket('udp4');
let tcpPort: number;
let udpPort: number;
beforeAll(async () => {
  await new Promise<void>((done) => tcp.listen(0, done)); // All addresses: 127.0.0.1 is one of them.
  await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done));
  tcpPort = (tcp.address() as AddressInfo).port;
  udpPort = udp.address().port;
});
afterAll(() => {
  tcp.close();
  udp.close();
});

describe('the ports in use', () => {
  it('given a free one, then there is no sentence', async () => {
    const probe = createServer();
    await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    expect(await portsInUse([{ port, option: '--http-port', protocol: 'tcp' }])).toEqual([]);
  });

  it('given several, then there is a sentence for each, with its option', async () => {
    const wanted: readonly WantedPort[] = [
      { port: tcpPort, option: '--http-port', protocol: 'tcp' },
      { port: udpPort, option: '--sip-port', protocol: 'udp' },
    ];
    expect(await portsInUse(wanted)).toEqual([
      `Port ${tcpPort} is in use by another program. Choose another: npm start -- --http-port <port>`,
      `Port ${udpPort} is in use by another program. Choose another: npm start -- --sip-port <port>`,
    ]);
  });
});
