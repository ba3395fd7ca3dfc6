import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findRedis, redisArguments } from './redis-server.ts';

test('by default, acknowledged writes are on disk, and nothing is evicted', () => {
  expect(redisArguments({})).toEqual([
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--maxmemory-policy',
    'noeviction',
  ]);
  expect(redisArguments({ appendonly: false, appendfsync: 'everysec', extraArgs: ['--io-threads', '2'] })).toEqual([
    ...['--appendonly', 'no', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--io-threads', '2'],
  ]);
});

describe('the source of Redis', () => {
  let bin: string;
  const said: string[] = [];
  const find = async (options: { useDocker?: boolean } = {}) => {
    const onProgress = (line: string) => void said.push(line);
    // Debian's package, the last source, may or may not exist: this test is about the sources before it.
    return (await findRedis({ ...options, onProgress }).catch(() => undefined))?.source ?? 'debian';
  };
  const install = (program: string, script: string) => {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  };

  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'redial-'));
    said.length = 0;
    vi.stubEnv('PATH', bin);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(bin, { recursive: true, force: true });
  });

  test('given redis-server on PATH, then it is used, and Docker is not', async () => {
    install('redis-server', '');
    install('docker', '');
    expect(await find()).toBe('path');
    expect(said).toEqual([]);
  });

  test('given a Docker that has the image, then it is used', async () => {
    install('docker', '');
    expect(await find()).toBe('docker');
    expect(said).toEqual([]);
  });

  test('given a Docker that can fetch the image, then it reports that', async () => {
    install('docker', '[ "$1" != image ]');
    expect(await find()).toBe('docker');
    expect(said).toEqual(['Fetching the image redis:8 (first time only)']);
  });

  test("given a Docker that cannot get the image, then Debian's package is used, and a line states why", async () => {
    install('docker', '[ "$1" = info ] || { echo "no such host" >&2; exit 1; }');
    expect(await find()).toBe('debian');
    expect(said).toContain(
      "Docker has no image redis:8 and could not fetch it: no such host; taking Debian's package instead",
    );
  });

  test.each([
    ['that does not answer', 'exit 1', {}],
    ['that is not wanted', '', { useDocker: false }],
  ])("given a Docker %s, then Debian's package is taken", async (_, script, options) => {
    install('docker', script);
    expect(await find(options)).toBe('debian');
    expect(said.join()).not.toContain('Docker');
  });
});
