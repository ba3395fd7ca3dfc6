/** How long to continue: for this time, or for this many inputs. */
export interface Effort {
  readonly seed: number;
  readonly forMs: number;
}

/** The result. */
export interface Fuzzed {
  readonly inputs: number;
  /** Each with the data to repeat it. Empty: none was found. */
  readonly faults: readonly string[];
  /** The kinds of inputs and answers, with their counts: they show that the inputs reached something. */
  readonly met: Readonly<Record<string, number>>;
  /** The measured memory of each, in MB. */
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
    /** One of each kind, the first that occurred. */
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
    /** Faults of one `kind` are reported once, so that they do not hide later faults. */
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
