/** How long to go on: until so much time has passed, or so many inputs were tried. */
export interface Effort {
  readonly seed: number;
  readonly forMs: number;
}

/** What came of it. */
export interface Fuzzed {
  readonly inputs: number;
  /** Each with what is needed to see it again. Empty: nothing was found. */
  readonly faults: readonly string[];
  /** What was met, and how often: so that it can be seen that the inputs got somewhere. */
  readonly met: Readonly<Record<string, number>>;
  /** What was measured of each, in MB. */
  readonly measured: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const kindsMax = 50;

export function createTally() {
  const met: Record<string, number> = {};
  const found = new Map<string, { readonly first: string; times: number }>();
  const measured: Record<string, Readonly<Record<string, number>>> = {};
  return {
    met,
    measured,
    /** One of each kind, the first that was met. */
    get faults(): string[] {
      return [...found.values()].map(({ first, times }) => (times === 1 ? first : `${times} times, first: ${first}`));
    },
    inputs: 0,
    meet(what: string | number): void {
      met[what] = (met[what] ?? 0) + 1;
    },
    measure(what: string, figures: Readonly<Record<string, number>>): void {
      measured[what] = figures;
    },
    /** What is of one `kind` is told once: what comes after it must not be hidden by it. */
    fault(what: string, kind = what): void {
      const known = found.get(kind);
      if (known !== undefined) known.times += 1;
      else if (found.size < kindsMax) found.set(kind, { first: what, times: 1 });
    },
  };
}
export type Tally = ReturnType<typeof createTally>;

/** Bytes of any kind, shortened, for people. */
export function shown(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes).toString('latin1'));
  return text.length <= 600 ? text : `${text.slice(0, 400)}… (${bytes.length} bytes) …${text.slice(-150)}`;
}
