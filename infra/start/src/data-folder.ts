import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, portError } from '@redial/servers';

interface Owner {
  readonly pid: number;
  readonly redisPort: number;
}

/**
 * Takes the data folder for this process, and closes it to every other user of the machine: it holds numbers,
 * recordings and secrets.
 *
 * Only one process may have it: two Redis servers on one append-only file would damage it, and with it every waiting
 * call. Throws a sentence when another `npm start` has it.
 *
 * A process id alone proves nothing, because ids are reused. So the folder counts as taken while its owner is alive
 * **and** its Redis's port is in use.
 */
export async function takeDataFolder(folder: string, redisPort: number): Promise<{ stop(): Promise<void> }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // `mkdir` leaves the mode of a folder that exists.
  chmodSync(folder, 0o700);
  const file = join(folder, 'running.json');
  const owner = readOwner(file);
  if (owner !== undefined && (await isRunning(owner))) {
    throw new Error(
      `Redial is running on ${folder} already (process ${owner.pid}). Stop it, or keep another folder's calls: npm start -- --data <folder>`,
    );
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, redisPort }));
  return { stop: async () => rmSync(file, { force: true }) };
}

async function isRunning({ pid, redisPort }: Owner): Promise<boolean> {
  return pid !== process.pid && isAlive(pid) && (await portError('tcp', redisPort)) !== undefined;
}

function readOwner(file: string): Owner | undefined {
  try {
    const { pid, redisPort } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && Number.isInteger(redisPort) ? { pid, redisPort } : undefined;
  } catch {
    return undefined; // There is none, or a process died while it wrote the file.
  }
}
