import type { Redis } from '@redial/platform';
import type { StoreKeys } from '../keys.ts';
import { commitScript } from '../scripts/commit.ts';
import { runScript } from '../scripts/script.ts';
import { versionBytes } from './documents.ts';

/** One Redis command, as words. */
export type Write = readonly [command: string, ...words: (string | number | Buffer)[]];

export type Expectation =
  | { readonly kind: 'call'; readonly key: string; readonly version: number }
  /** An open attempt. Version 0: there is none, and none that has ended under `endedKey`. */
  | { readonly kind: 'attempt'; readonly key: string; readonly version: number; readonly endedKey: string }
  /** A hash's field, as a number, is less than `below`; 0 where there is none. */
  | { readonly kind: 'count'; readonly key: string; readonly field: string; readonly below: number }
  /** Unused, or held with this fingerprint and not yet answered. */
  | { readonly kind: 'idempotency'; readonly key: string; readonly fingerprint: string }
  /** The key's whole value: the holders of a reservation, or a delivery as it was read. '': there is none. */
  | { readonly kind: 'value'; readonly key: string; readonly heldBy: string | Buffer }
  /** Sorted sets, named by the key and one of `names` behind it, have `atMost` members together. */
  | { readonly kind: 'members'; readonly key: string; readonly names: readonly string[]; readonly atMost: number };

export type Committed =
  | { readonly ok: true }
  /** `found`: the counted number, where the expectation has a limit; else 0. */
  | { readonly ok: false; readonly unmet: Expectation; readonly found: number };

/** Runs all writes, in order and in one step, if every expectation holds; else none. One round trip. */
export async function commit(
  redis: Redis,
  keys: StoreKeys,
  expectations: readonly Expectation[],
  writes: readonly Write[],
): Promise<Committed> {
  const args: (string | number | Buffer)[] = [expectations.length];
  for (const e of expectations) args.push(e.kind, e.key, ...wordsOf(e));
  for (const write of writes) {
    args.push(write.length);
    for (const word of write) args.push(word);
  }
  const answer = await runScript(redis, commitScript, [keys.due], args);
  if (answer === 0) return { ok: true };
  const [unmet, found] = Array.isArray(answer) ? answer.map(Number) : [];
  const expectation = expectations[(unmet ?? 0) - 1];
  if (expectation === undefined) throw new TypeError(`unexpected answer of the commit script: ${String(answer)}`);
  return { ok: false, unmet: expectation, found: found ?? 0 };
}

/** Always two words. */
function wordsOf(expectation: Expectation): readonly [string | number | Buffer, string | number] {
  switch (expectation.kind) {
    case 'count':
      return [expectation.below, expectation.field];
    case 'idempotency':
      return [expectation.fingerprint, ''];
    case 'value':
      return [expectation.heldBy, ''];
    case 'members':
      return [expectation.atMost, expectation.names.join(' ')];
    case 'attempt':
      return [expectation.version, expectation.endedKey];
    default:
      return [versionBytes(expectation.version), ''];
  }
}
