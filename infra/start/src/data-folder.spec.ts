import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDataFolder } from './data-folder.ts';

let folder: string;
let file: string;
let server: Server;
let port: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redial-data-'));
  file = join(folder, 'running.json');
  server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs for as long as this test. */
const livingPid = process.ppid;
const deadPid = () => spawnSync('true').pid;

describe('the data folder', () => {
  it('given it is free, then it is taken, and released at the end', async () => {
    const taken = await takeDataFolder(join(folder, 'new'), 6390);
    expect(existsSync(join(folder, 'new/running.json'))).toBe(true);
    await taken.stop();
    expect(existsSync(join(folder, 'new/running.json'))).toBe(false);
  });

  it('given other users could read it, then they no longer can', async () => {
    chmodSync(folder, 0o755);
    await takeDataFolder(folder, 6390);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('given its owner lives and its Redis answers, then a sentence states it', async () => {
    writeFileSync(file, JSON.stringify({ pid: livingPid, redisPort: port }));
    await expect(takeDataFolder(folder, 6390)).rejects.toThrow(
      `Redial is running on ${folder} already (process ${livingPid}). Stop it, or keep another folder's calls: npm start -- --data <folder>`,
    );
    expect(existsSync(file)).toBe(true);
  });

  it.each([
    ['its owner was killed', () => JSON.stringify({ pid: deadPid(), redisPort: port })],
    ['another program has the pid of an owner that was killed', () => JSON.stringify({ pid: livingPid, redisPort: 1 })],
    ['its owner was killed while it wrote', () => '{"pid":'],
  ])('given %s, then it is taken', async (_, content) => {
    writeFileSync(file, content());
    await expect(takeDataFolder(folder, 6390)).resolves.toBeDefined();
  });
});
