import { EventEmitter, once } from 'node:events';

/**
 * Where a process dies: it may do so many operations more, and is killed as it begins the next one, which nobody gets to see. What is
 * an operation, the proxies between the process and its servers say.
 */
export class FailPoint {
  #left = Number.POSITIVE_INFINITY;
  #kill: () => void = () => undefined;
  readonly #struck = new EventEmitter();
  readonly #passed: string[] = [];
  hasStruck = false;

  /** From now on. */
  arm(operations: number, kill: () => void): void {
    this.#left = operations;
    this.#kill = kill;
    this.#passed.length = 0;
    this.hasStruck = false;
  }

  /** Everything passes again: for the next process. Names of the operations that passed since it was armed. */
  disarm(): readonly string[] {
    this.#left = Number.POSITIVE_INFINITY;
    this.hasStruck = false;
    return this.#passed.splice(0);
  }

  /** False: the process is dead. */
  admit(operation: string): boolean {
    if (this.hasStruck) return false;
    if (this.#left > 0) {
      this.#left--;
      this.#passed.push(operation);
      return true;
    }
    this.hasStruck = true;
    this.#kill();
    this.#struck.emit('struck');
    return false;
  }

  async strikes(): Promise<void> {
    if (!this.hasStruck) await once(this.#struck, 'struck');
  }
}
