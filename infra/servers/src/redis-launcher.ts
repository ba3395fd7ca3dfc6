import type { Child } from './child.ts';

export type RedisSource = 'path' | 'docker' | 'debian';

/** A place Redis comes from. */
export interface RedisLauncher {
  readonly source: RedisSource;
  /**
   * Starts one that answers on that port of 127.0.0.1 and writes into `dataDir`: its data, and what it says into `redis.log`. `file`: of its
   * configuration, in that folder, for what no list of processes may show.
   */
  start(server: {
    readonly port: number;
    readonly dataDir: string;
    readonly args: readonly string[];
    readonly file?: string | undefined;
  }): Promise<Child>;
}
