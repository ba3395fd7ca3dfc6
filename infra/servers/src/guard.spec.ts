import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redial-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('given a process that guards, when it is killed with SIGKILL, then every command that it had not removed has run', async () => {
  const program = `
    import { guard } from ${JSON.stringify(new URL('./guard.ts', import.meta.url).href)};
    guard("touch '${folder}/first one'");
    const release = guard("touch '${folder}/forgotten'");
    guard('touch ${folder}/last');
    release();
    process.stdout.write('ready');
    setInterval(() => {}, 1_000);`;
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  expect(readdirSync(folder)).toEqual([]);
  owner.kill('SIGKILL');
  await vi.waitFor(() => expect(existsSync(join(folder, 'last'))).toBe(true), { timeout: 10_000 });
  expect(readdirSync(folder).sort()).toEqual(['first one', 'last']);
});
