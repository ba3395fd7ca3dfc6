import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Asterisk's own database, as far as AMI and the `redial` context use it: family/key → value. */
export interface AstDb {
  get(family: string, key: string): string | undefined;
  put(family: string, key: string, value: string): void;
  /** Keys as `/family/key`, in order. */
  tree(family: string): { readonly key: string; readonly value: string }[];
}

/** In memory, or kept in a file with one `["/family/key","value"]` a line. The last line of a key counts. */
export function openAstDb(file?: string): AstDb {
  const entries = new Map<string, string>();
  if (file !== undefined) load(file, entries);
  const path = (family: string, key: string) => `/${family}/${key}`;
  return {
    get: (family, key) => entries.get(path(family, key)),
    put: (family, key, value) => {
      entries.set(path(family, key), value);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify([path(family, key), value])}\n`);
    },
    tree: (family) =>
      [...entries]
        .filter(([key]) => family === '' || key.startsWith(`/${family}/`))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
  };
}

function load(file: string, entries: Map<string, string>): void {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const entry = parseLine(line);
      if (entry !== undefined) entries.set(entry[0], entry[1]);
    }
  }
  // Rewritten, so that the file does not grow without end.
  writeFileSync(file, [...entries].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

/** A line that a crash cut off is ignored. */
function parseLine(line: string): [string, string] | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed)) return undefined;
    const [key, value] = parsed as unknown[];
    return typeof key === 'string' && typeof value === 'string' ? [key, value] : undefined;
  } catch {
    return undefined;
  }
}
