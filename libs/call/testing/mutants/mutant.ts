/** One fault that a reviewer would seed: a text of a source file, and what it becomes. */
export interface Mutant {
  readonly fault: string;
  /** Below `libs/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /**
   * The compiler is to catch it. Any other mutant must compile: the specs are to catch it, not a variable left unused.
   */
  readonly compiler?: true;
}

/** A short form for the mutants of one file. */
export const mutantsOf =
  (file: string) =>
  (fault: string, find: string, replace: string): Mutant => ({ fault, file, find, replace });
