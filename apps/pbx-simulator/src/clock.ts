/** Time inside the simulated PBX. Durations run `speed` times as fast as outside. Instants are the real clock's. */
export interface SimulatedClock {
  /** Epoch ms: Asterisk's EPOCH, and its start time. */
  now(): number;
  /** Simulated ms since some fixed moment. Durations are differences of these. */
  ticks(): number;
  /** Runs once, after `ms` simulated milliseconds. The returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/**
 * `speed` 10: a ring timeout of 30 s takes 3 s. Code that runs at a moment sees that moment as the present. Due code
 * runs in the order of its moments, even on a slow machine. So a talk of a second is a second, and no effect comes
 * before its cause.
 */
export function realClock(speed = 1): SimulatedClock {
  const passed = () => performance.now() * speed;
  /** By `at`; of one moment, in the order of their arrival. */
  const waiting: Due[] = [];
  let runningAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const ticks = () => runningAt ?? passed();

  function wakeForFirst(): void {
    clearTimeout(timer);
    const [first] = waiting;
    timer = first && setTimeout(runDue, Math.max(0, (first.at - passed()) / speed));
  }

  function runDue(): void {
    const now = passed();
    try {
      for (let first = waiting[0]; first !== undefined && first.at <= now; first = waiting[0]) {
        waiting.shift();
        runningAt = first.at;
        first.run();
      }
    } finally {
      runningAt = undefined;
      wakeForFirst();
    }
  }

  return {
    now: () => Date.now(),
    ticks,
    after: (ms, run) => {
      const due = { at: ticks() + ms, run };
      waiting.splice(waiting.findLastIndex(({ at }) => at <= due.at) + 1, 0, due);
      if (runningAt === undefined && waiting[0] === due) wakeForFirst();
      return () => {
        const at = waiting.indexOf(due);
        if (at < 0) return;
        waiting.splice(at, 1);
        if (runningAt === undefined && at === 0) wakeForFirst();
      };
    },
  };
}
