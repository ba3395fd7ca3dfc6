import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '@redial/servers';
import { until } from '../support/until.ts';

/** A dialer or a results process whose ops server gets requests. */
export interface OpsProcess {
  readonly kind: 'dialer' | 'results';
  readonly url: string;
  readonly pid: number;
  log(): string;
  stop(): Promise<void>;
}

export interface OpsProcessOptions {
  readonly redisUrl: string;
  readonly configurationFile: string;
  readonly env: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const logLinesMax = 1_000;

/** It has its own Redis keys, so it does not handle calls of the API. */
export async function startOpsProcess(kind: OpsProcess['kind'], options: OpsProcessOptions): Promise<OpsProcess> {
  const port = await freePort('tcp');
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--conditions=source', `${root}apps/${kind}/src/main.ts`], {
    cwd: root,
    env: {
      ...process.env,
      REDIAL_REDIS_URL: options.redisUrl,
      REDIAL_CONFIG: options.configurationFile,
      REDIAL_KEY_PREFIX: '{ops}',
      REDIAL_OPS_PORT: String(port),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString());
      lines.splice(0, lines.length - logLinesMax);
    });
  }
  process.once('exit', () => child.kill('SIGKILL'));
  const answers = async () => (await fetch(`${url}/livez`).catch(() => undefined))?.ok === true;
  await until(answers, { what: `the ${kind} process answers`, withinMs: 60_000 });
  return { kind, url, pid: child.pid ?? -1, log: () => lines.join(''), stop: () => ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
