import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** `src/` and `dist/` have the same depth, so one path serves both. */
export const repositoryRoot = resolve(import.meta.dirname, '../../..');

/** Everything downloaded for this checkout is here and nowhere else: deleting the folder removes it all. */
export function cacheFolder(...parts: string[]): string {
  const root = process.env['REDIAL_CACHE_DIR'];
  const folder = join(root ? resolve(root) : join(repositoryRoot, '.cache'), ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}
