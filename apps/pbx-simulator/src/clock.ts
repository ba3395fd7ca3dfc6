/** Time inside the simulated PBX. Durations run `speed` times as fast as outside; instants are the real clock's. */
export interface Clock {
  /** Epoch ms: what Asterisk writes as EPOCH and shows as its start. */
  now(): number;
  /** Simulated ms since some fixed moment; durations are differences of these. */
  ticks(): number;
  /** Runs once, `ms` simulated milliseconds from now; the returned function prevents it. */
  after(ms: number, run: () => void): () => void;
}

/** `speed` 10: a ring timeout of 30 s takes 3 s. */
export function realClock(speed = 1): Clock {
  return {
    now: () => Date.now(),
    ticks: () => performance.now() * speed,
    after: (ms, run) => {
      const timer = setTimeout(run, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}
