import { connectRedis, type Redis } from '@redial/platform';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was delivered, and asserts on it
export type CallIdOf = (entry: any) => string;

/** A CRM: pops CDRs off the tenant's list as they come, and keeps them by call. */
export class CdrInbox {
  readonly #redis: Redis;
  readonly #list: string;
  readonly #callIdOf: CallIdOf;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was delivered, and asserts on it
  readonly #cdrs = new Map<string, any[]>();
  readonly #waiting = new Set<() => void>();
  #size = 0;
  #closed = false;

  /** `callIdOf`: reads the call id from an entry of the list. */
  constructor(url: string, list: string, callIdOf: CallIdOf = (cdr) => cdr.callId) {
    this.#list = list;
    this.#callIdOf = callIdOf;
    this.#redis = connectRedis({ url, role: 'worker', slotOf: list });
    void this.#consume();
  }

  /** CDRs so far, in the order they came. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  of(callId: string): any[] {
    return this.#cdrs.get(callId) ?? [];
  }

  get size(): number {
    return this.#size;
  }

  /** The call's CDRs once there are `count` of them. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  async next(callId: string, count = 1, withinMs = 45_000): Promise<any[]> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      deadline.reject(new Error(`${this.of(callId).length} of ${count} CDRs of ${callId} came within ${withinMs} ms`));
    }, withinMs);
    try {
      while (this.of(callId).length < count) await Promise.race([this.#arrival(), deadline.promise]);
      return this.of(callId);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first past or future CDR that the predicate accepts, for clients that did not get the call's id. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  async first(predicate: (cdr: any) => boolean, withinMs = 45_000): Promise<any> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(`none of ${this.size} CDRs is the one, after ${withinMs} ms`)),
      withinMs,
    );
    try {
      for (;;) {
        const found = this.all().find(predicate);
        if (found !== undefined) return found;
        await Promise.race([this.#arrival(), deadline.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  all(): any[] {
    return [...this.#cdrs.values()].flat();
  }

  /** Resolves with the instant (epoch ms) at which `size` CDRs were there. */
  async whenSize(size: number, withinMs: number): Promise<number> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(`${this.size} of ${size} CDRs came within ${withinMs} ms`)),
      withinMs,
    );
    try {
      while (this.size < size) await Promise.race([this.#arrival(), deadline.promise]);
      return Date.now();
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#redis.disconnect();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  async #consume(): Promise<void> {
    while (!this.#closed) {
      const entry = await this.#redis.brpop(this.#list, 5).catch(() => null);
      if (entry === null) continue;
      const cdr = JSON.parse(entry[1]);
      const callId = this.#callIdOf(cdr);
      this.#cdrs.set(callId, [...this.of(callId), cdr]);
      this.#size++;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    }
  }
}
