/** An actor that something happens to. Entries of an actor that is no longer alive are skipped. */
export interface Actor {
  readonly isAlive: boolean;
  /** Until then nothing happens to it: a machine that stands still. Its entries are due when it wakes. */
  readonly sleepsUntil?: number;
}

export function isAwake({ sleepsUntil = 0 }: Actor, now: number): boolean {
  return sleepsUntil <= now;
}

/** Future events, in the order of time; at the same instant, in the order in which they were added. */
export interface Agenda {
  readonly now: number;
  /** The actor of the present event: its code runs, and owns the timers that it starts. */
  readonly actor: Actor | undefined;
  /** The number of events so far. */
  readonly steps: number;
  /**
   * `actor`: its code runs, to the end of everything that needs no further step. The returned function cancels the
   * event.
   */
  at(instant: number, actor: Actor | undefined, run: () => void): () => void;
  after(ms: number, actor: Actor | undefined, run: () => void): () => void;
  /** Runs the next event. False: there is none. */
  step(): Promise<boolean>;
  /** Skips time in which no actor is alive. */
  jumpTo(instant: number): void;
}

interface Entry {
  at: number;
  readonly order: number;
  readonly actor: Actor | undefined;
  run: (() => void) | undefined;
}

const { setImmediate: soon } = globalThis;
/** Waits for everything that the code of the step does by itself: promises, and promises of promises. */
const quiet = (): Promise<void> => new Promise((resolve) => soon(resolve));

export function createAgenda(start: number): Agenda {
  const heap: Entry[] = [];
  let [now, steps, order] = [start, 0, 0];
  let actor: Actor | undefined;

  const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(entry: Entry): void {
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = entry;
  }

  function pop(): Entry | undefined {
    const [top] = heap;
    const last = heap.pop();
    if (last === undefined || top === last) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child++;
      const below = heap[child] as Entry;
      if (!isBefore(below, last)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
    return top;
  }

  function at(instant: number, whose: Actor | undefined, run: () => void): () => void {
    const entry: Entry = { at: Math.max(now, instant), order: order++, actor: whose, run };
    push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  return {
    get now() {
      return now;
    },
    get actor() {
      return actor;
    },
    get steps() {
      return steps;
    },
    at,
    after: (ms, whose, run) => at(now + ms, whose, run),
    async step() {
      for (let entry = pop(); entry !== undefined; entry = pop()) {
        if (entry.run === undefined || entry.actor?.isAlive === false) continue;
        if (entry.actor !== undefined && !isAwake(entry.actor, Math.max(now, entry.at))) {
          entry.at = entry.actor.sleepsUntil ?? now;
          push(entry);
          continue;
        }
        now = Math.max(now, entry.at);
        steps++;
        actor = entry.actor;
        entry.run();
        if (actor !== undefined) await quiet();
        actor = undefined;
        return true;
      }
      return false;
    },
    jumpTo(instant) {
      now = Math.max(now, instant);
    },
  };
}
