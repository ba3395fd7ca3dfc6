import type { Child } from './child.ts';
import type { RunResult } from './run.ts';

export type Program = 'asterisk' | 'sipp';

export interface ProgramOptions {
  /** Where the program runs and writes. Its path is the same for the program as for us, and so is that of everything in the repository's `infra`. */
  readonly runDir: string;
  /** More folders that it writes into, by the same paths too. */
  readonly alsoWrites?: readonly string[];
  /** Standard output and error go to the end of this file, which is in `runDir`. */
  readonly outputFile: string;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningProgram extends Child {
  /** Runs the same program once more, to its end, beside the one that runs: Asterisk's console. Failing is a result, never a throw. */
  again(args: readonly string[], timeoutMs: number): Promise<RunResult>;
}

/**
 * How the programs of a PBX are run: unpacked on this machine, or in containers. Whoever runs them, they share this machine's loopback
 * and the paths above, so that one code writes their configuration, talks to them and reads their logs.
 */
export interface Programs {
  /** Asterisk's modules, and its documentation and sounds, by the paths that Asterisk sees. */
  readonly modules: string;
  readonly data: string;
  start(program: Program, args: readonly string[], options: ProgramOptions): Promise<RunningProgram>;
}
