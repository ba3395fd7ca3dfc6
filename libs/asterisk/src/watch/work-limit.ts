/** Runs work in the order it came, at most `most` at once; the same key is not begun twice before it is done. */
export interface WorkLimit<Key> {
  add(key: Key, work: () => Promise<void>): void;
  /** Forgets what has not begun. */
  clear(): void;
}

/** `work` must not reject. */
export function createWorkLimit<Key>(most: number): WorkLimit<Key> {
  const waiting = new Map<Key, () => Promise<void>>();
  const running = new Set<Key>();

  function next(): void {
    for (const [key, work] of waiting) {
      if (running.size >= most) return;
      waiting.delete(key);
      running.add(key);
      void work().finally(() => {
        running.delete(key);
        next();
      });
    }
  }

  return {
    add: (key, work) => {
      if (waiting.has(key) || running.has(key)) return;
      waiting.set(key, work);
      next();
    },
    clear: () => waiting.clear(),
  };
}
