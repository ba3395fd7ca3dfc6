import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs `work` while no other process does. It avoids double work and is no safety device. The lock of a dead owner is
 * taken over, and two processes may do so at the same instant. Their results must be moved into place atomically.
 */
export async function withFolderLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  while (!tryLock(lockFile)) {
    if (isUnreported(lockFile)) rmSync(lockFile, { force: true });
    else await wait(100);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function tryLock(lockFile: string): boolean {
  mkdirSync(dirname(lockFile), { recursive: true });
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isUnreported(lockFile: string): boolean {
  let owner: number;
  try {
    owner = Number(readFileSync(lockFile, 'utf8'));
  } catch {
    return false; // Released at this moment.
  }
  return owner > 0 && !isAlive(owner); // 0: it is being written at this moment.
}

/**
 * Whether a process id is in use. A zombie counts as alive, and an id may have a new owner: good enough to wait for,
 * but not to rely on.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
