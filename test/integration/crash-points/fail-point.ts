import { EventEmitter, once } from 'node:events';

/**
 * The point at which a process dies. It may do a number of operations and is killed as it begins the next one, which no
 * server sees. The proxies between the process and its servers define an operation.
 */
export class FailPoint {
  #left = Number.POSITIVE_INFINITY;
  #kill: () => void = () => undefined;
  readonly #struck = new EventEmitter();
  readonly #passed: string[] = [];
  hasStruck = false;

  /** Counts from now on. */
  arm(operations: number, kill: () => void): void {
    this.#left = operations;
    this.#kill = kill;
    this.#passed.length = 0;
    this.hasStruck = false;
  }

  /**
   * Lets everything pass again, for the next process. Returns the names of the operations that passed since it was
   * armed.
   */
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
