import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A lint rule that finds nothing looks like a clean project. So each rule runs on a planted violation. */
const root = fileURLToPath(new URL('../..', import.meta.url));
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'redial-lint-'));
  for (const part of [
    'biome.json',
    'infra/lint',
    'libs/call/package.json',
    'libs/dialects/package.json',
    'libs/asterisk/package.json',
    'apps/dialer/package.json',
    'package.json',
  ]) {
    cpSync(join(root, part), join(project, part), { recursive: true });
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the lint rules of the layers', () => {
  it.each([
    ['Math.random', 'libs/call', 'export const x = Math.random();', 'the core has no randomness'],
    ['Date.now', 'libs/call', 'export const x = Date.now();', 'the core has no clock'],
    ['new Date', 'libs/call', 'export const x = new Date();', 'the core has no clock'],
    [
      "luxon's clock",
      'libs/call',
      "import { DateTime } from 'luxon';\nexport const x = DateTime.now();",
      'the core has no clock',
    ],
    ['a timer', 'libs/call', 'setTimeout(() => undefined, 1);', 'the core has no timers'],
    ['process', 'libs/call', 'export const x = process.pid;', 'the core knows no process'],
    [
      'node:fs',
      'libs/call',
      "import { readFileSync } from 'node:fs';\nexport { readFileSync };",
      'the core imports zod and luxon alone',
    ],
    ['another package', 'libs/call', "export { x } from '@redial/store';", 'the core imports zod and luxon alone'],
    [
      'express in a dialect',
      'libs/dialects',
      "export { Router } from 'express';",
      'a dialect is data and pure functions',
    ],
    [
      'the AMI client in the syntax of channels',
      'libs/asterisk',
      "export { default } from 'asterisk-ami-client';",
      'what a channel looks like is pure',
      'channel',
    ],
    ['bullmq outside its home', 'apps/dialer', "export { Queue } from 'bullmq';", 'only libs/queue imports bullmq'],
    [
      'ioredis outside its home',
      'apps/dialer',
      "export { Redis } from 'ioredis';",
      'only libs/platform/src/redis/redis-connection.ts imports ioredis',
    ],
    ['test support', 'apps/dialer', "export { scriptableStore } from '@redial/testing';", 'noUndeclaredDependencies'],
    ['a test runner', 'apps/dialer', "export { vi } from 'vitest';", 'noUndeclaredDependencies'],
    ['an undeclared dependency', 'apps/dialer', "export { z } from 'zod';", 'noUndeclaredDependencies'],
  ])('%s in %s is refused', (_what, folder, code, message, below = '.') => {
    expect(lint(join(folder, 'src', below, 'planted.ts'), code)).toContain(message);
  });

  it('accepts a pure core', () => {
    expect(lint('libs/call/src/planted.ts', "import { z } from 'zod';\nexport const Name = z.string();\n")).toContain(
      'Checked 1 file',
    );
  });
});

function lint(file: string, code: string): string {
  const path = join(project, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/biome'), ['lint', '--vcs-enabled=false', file], {
    cwd: project,
    encoding: 'utf8',
  });
  rmSync(path);
  return stdout + stderr;
}
