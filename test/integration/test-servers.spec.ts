import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { onTestServers } from '../support/test-servers.ts';

/** Functions that the other suites use to cause faults: the same in containers as on this machine. */
describe.each([
  { server: 'Redis', start: startRedis },
  { server: 'Asterisk', start: startPbx },
])('a test $server', ({ start }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  it('given it is paused when a client connects then it accepts the connection and is silent until it is resumed', async () => {
    await server.pause();
    const order: string[] = [];
    const answered = talk(server, () => order.push('connected')).then(() => order.push('answered'));
    await vi.waitFor(() => expect(order).toEqual(['connected']), 30_000);
    order.push('resumed');
    await server.resume();
    await answered;
    expect(order).toEqual(['connected', 'resumed', 'answered']);
  });

  it.each(['running', 'paused'])(
    'given it is %s when killed then it is gone, and restart brings it back',
    async (state) => {
      if (state === 'paused') await server.pause();
      await server.kill();
      await expect(talk(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await server.restart();
      expect(await talk(server)).toMatch(server.greeting);
    },
  );
});

describe('the choice between Docker and this machine', () => {
  const places = { docker: vi.fn(async () => 'docker'), local: vi.fn(async () => 'local') };
  const said = vi.spyOn(process.stderr, 'write');
  let bin: string;
  const dockerThatExits = (exitCode: number) => {
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\nexit ${exitCode}\n`);
    chmodSync(join(bin, 'docker'), 0o755);
  };
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'redial-'));
    vi.stubEnv('PATH', bin);
    vi.stubEnv('REDIAL_TEST_SERVERS', '');
    said.mockReset().mockReturnValue(true);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(bin, { recursive: true, force: true });
  });
  afterAll(() => said.mockRestore());

  it.each([
    { docker: 'answers', exitCode: 0, forced: '', expected: 'docker' },
    { docker: 'does not answer', exitCode: 1, forced: '', expected: 'local' },
    { docker: 'answers', exitCode: 0, forced: 'local', expected: 'local' },
    { docker: 'answers', exitCode: 0, forced: 'docker', expected: 'docker' },
  ])('given a Docker that $docker when "$forced" is forced then $expected', async ({ exitCode, forced, expected }) => {
    dockerThatExits(exitCode);
    vi.stubEnv('REDIAL_TEST_SERVERS', forced);
    expect(await onTestServers('a server', places)).toBe(expected);
    expect(said).not.toHaveBeenCalled();
  });

  it('given Docker answers but the server does not start there then the local one does, and one line states why', async () => {
    dockerThatExits(0);
    const docker = vi.fn().mockRejectedValue(new Error('no image'));
    expect(await onTestServers('a teapot', { ...places, docker })).toBe('local');
    expect(await onTestServers('a teapot', { ...places, docker })).toBe('local');
    expect(docker).toHaveBeenCalledOnce();
    expect(said.mock.calls.flat().join('')).toMatch(
      /^Docker answers, but a teapot did not start there: no image\..*\n$/,
    );
  });

  it('given Docker is forced when it does not answer, or the server does not start there, then that is an error', async () => {
    vi.stubEnv('REDIAL_TEST_SERVERS', 'docker');
    dockerThatExits(1);
    await expect(onTestServers('a server', places)).rejects.toThrow('no Docker daemon answers');
    dockerThatExits(0);
    const docker = vi.fn().mockRejectedValue(new Error('no image'));
    await expect(onTestServers('a server', { ...places, docker })).rejects.toThrow('no image');
  });

  it('given another forced value then the error names it', async () => {
    vi.stubEnv('REDIAL_TEST_SERVERS', 'podman');
    await expect(onTestServers('a server', places)).rejects.toThrow('REDIAL_TEST_SERVERS is "podman"');
  });
});

interface Server extends Pick<TestRedis, 'kill' | 'restart' | 'pause' | 'resume'> {
  readonly port: number;
  readonly question: string;
  readonly greeting: RegExp;
  stop(): Promise<unknown>;
}

async function startRedis(): Promise<Server> {
  const redis = await startTestRedis();
  return { ...redis, port: Number(new URL(redis.url).port), question: 'PING\r\n', greeting: /^\+PONG/ };
}

async function startPbx(): Promise<Server> {
  const { asterisk, stop }: TestPbx = await startTestPbx();
  const { kill, restart, pause, resume } = asterisk;
  return {
    kill,
    restart,
    pause,
    resume,
    stop,
    port: asterisk.ami.port,
    question: '',
    greeting: /^Asterisk Call Manager/,
  };
}

/** Resolves with the first bytes of the server. */
function talk({ port, question }: Server, onConnect = () => {}): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1', () => {
      onConnect();
      if (question !== '') socket.write(question);
    });
    socket.once('error', failed);
    socket.once('data', (chunk) => {
      socket.destroy();
      done(String(chunk));
    });
  });
}
