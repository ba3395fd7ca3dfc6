import type { Child } from './child.ts';
import type { RunResult } from './run.ts';

export type Program = 'asterisk' | 'sipp';

export interface ProgramOptions {
  /**
   * Where the program runs and writes. The path is the same for the program as for us, as in the whole `infra` folder.
   */
  readonly runDir: string;
  /** More folders that it writes into, with the same paths. */
  readonly alsoWrites?: readonly string[];
  /** Standard output and error are appended to this file in `runDir`. */
  readonly outputFile: string;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningProgram extends Child {
  /**
   * Runs the same program once more, to its end, beside the running one: Asterisk's console. A failure is a result,
   * never a throw.
   */
  again(args: readonly string[], timeoutMs: number): Promise<RunResult>;
}

/**
 * How the programs of a PBX run: unpacked on this machine, or in containers. Either way they share this machine's
 * loopback and the paths above. So one code writes their configuration, talks to them and reads their logs.
 */
export interface Programs {
  /** Asterisk's modules, and its documentation and sounds, by the paths that Asterisk has. */
  readonly modules: string;
  readonly data: string;
  start(program: Program, args: readonly string[], options: ProgramOptions): Promise<RunningProgram>;
}
