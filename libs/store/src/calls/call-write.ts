import type { Call } from '@redial/call';
import type { Expectation, Write } from '../records/commit.ts';
import { encodeCall } from '../records/documents.ts';
import type { StoreContext } from '../store-context.ts';
import type { Versioned } from '../versioned.ts';
import { callChangedHint } from './call-changed-channel.ts';
import { reindexCall } from './call-index.ts';

interface CallWrite {
  readonly expectation: Expectation;
  readonly writes: readonly Write[];
  /** The call's version after the write. */
  readonly version: number;
}

/** The writes of a call's next state, with indexes and hints. Every write that moves a call ends with them. Pure. */
export function writeCall(
  { keys, retentionMs }: Pick<StoreContext, 'keys' | 'retentionMs'>,
  before: Versioned<Call>,
  after: Call,
): CallWrite {
  const version = before.version + 1;
  const key = keys.call(before.value.id);
  return {
    version,
    expectation: { kind: 'call', key, version: before.version },
    writes: [
      ['SET', key, encodeCall(version, after)],
      ...reindexCall(keys, before.value, after, retentionMs),
      ...callChangedHint(keys, after),
    ],
  };
}
