import type { Child } from './child.ts';

export type RedisSource = 'path' | 'docker' | 'debian';

/** A source of Redis. */
export interface RedisLauncher {
  readonly source: RedisSource;
  /**
   * Starts a server that answers on that port of 127.0.0.1 and writes into `dataDir`: its data, and its log
   * `redis.log`. `file`: its configuration file in that folder, for settings that must not appear in a process list.
   */
  start(server: {
    readonly port: number;
    readonly dataDir: string;
    readonly args: readonly string[];
    readonly file?: string | undefined;
  }): Promise<Child>;
}
