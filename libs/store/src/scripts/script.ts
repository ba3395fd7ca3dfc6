import { createHash } from 'node:crypto';
import type { Redis } from '@redial/platform';

/** A Lua script, run by its hash. It is sent in full only to a server that does not have it yet. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Runs a script. `keys` must not be empty: on Redis Cluster the first one decides the node. `args` may name other keys
 * of the same hash tag; they lie on the same node.
 */
export async function runScript(
  redis: Redis,
  { lua, sha }: Script,
  keys: readonly [string, ...string[]],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args];
  try {
    return await redis.call('EVALSHA', [sha, ...rest]);
  } catch (error) {
    // Nothing has run: the server was restarted, or its script cache was flushed.
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await redis.call('EVAL', [lua, ...rest]);
  }
}
