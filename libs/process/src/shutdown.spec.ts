import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function givenAProcess(drain: 'at-once' | 'for-ever' | 'fails') {
  const child = fork(fileURLToPath(new URL('../testing/draining-process.ts', import.meta.url)), [drain], {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  const messages: string[] = [];
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  lines.on('line', (line) => messages.push(JSON.parse(line).msg));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, messages }));
  await once(child, 'message');
  return { child, ended, line: () => once(lines, 'line') };
}

describe('a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and exits 0', async (signal) => {
    const { child, ended } = await givenAProcess('at-once');
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, messages: ['draining', 'drained'] });
  });

  it('ends at once on a second signal', async () => {
    const { child, ended, line } = await givenAProcess('for-ever');
    const draining = line();
    child.kill('SIGTERM');
    await draining;
    child.kill('SIGTERM');
    expect(await ended).toEqual({
      code: 1,
      messages: ['draining', 'ended by a second signal before everything was drained'],
    });
  });

  it('exits 1 when it could not drain', async () => {
    const { child, ended } = await givenAProcess('fails');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 1, messages: ['draining', 'a queue did not close'] });
  });

  it('drains after an uncaught error, and exits 1', async () => {
    const { child, ended } = await givenAProcess('at-once');
    child.send('fail');
    expect(await ended).toEqual({ code: 1, messages: ['failed; draining', 'drained'] });
  });
});
