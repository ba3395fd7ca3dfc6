import { type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Fetches the servers' packages while the pure specs run, so that a fresh clone does not wait for them. Nothing waits
 * for it: a failure here appears again, with its reason, in the first test that needs the server.
 *
 * A process of its own, because Vitest loads this file without the condition `source`, by which packages name their
 * TypeScript.
 */
export default function fetchServers(): void {
  const program = fileURLToPath(new URL('fetch-servers.ts', import.meta.url));
  const options: SpawnOptions = { stdio: ['ignore', 'ignore', 'inherit'] };
  spawn(process.execPath, ['--conditions=source', program], options).on('error', () => undefined);
}
