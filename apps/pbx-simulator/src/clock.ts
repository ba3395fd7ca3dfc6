/** Time inside the simulated PBX. Durations run `speed` times as fast as outside; instants are the real clock's. */
export interface SimulatedClock {
  /** Epoch ms: what Asterisk writes as EPOCH and shows as its start. */
  now(): number;
  /** Simulated ms since some fixed moment; durations are differences of these. */
  ticks(): number;
  /** Runs once, `ms` simulated milliseconds from now; the returned function prevents it. */
  after(ms: number, run: () => void): () => void;
}

/**
 * `speed` 10: a ring timeout of 30 s takes 3 s. What runs at a moment sees that moment, however late the machine is: a talk of a second is a second.
 */
export function realClock(speed = 1): SimulatedClock {
  const passed = () => performance.now() * speed;
  let moment: number | undefined;
  const ticks = () => moment ?? passed();
  return {
    now: () => Date.now(),
    ticks,
    after: (ms, run) => {
      const due = ticks() + ms;
      const timer = setTimeout(
        () => {
          moment = due;
          try {
            run();
          } finally {
            moment = undefined;
          }
        },
        Math.max(0, (due - passed()) / speed),
      );
      return () => clearTimeout(timer);
    },
  };
}
