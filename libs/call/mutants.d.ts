/** One fault that a reviewer would seed: a text of a source file, and what it becomes. */
export interface Mutant {
  readonly fault: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The compiler is to catch it. Any other mutant must compile: the specs are asked, not a variable left unused. */
  readonly compiler?: true;
}
export declare const mutants: readonly Mutant[];
//# sourceMappingURL=mutants.d.ts.map
