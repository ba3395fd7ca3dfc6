import { type Call, openCallStatuses } from '@redial/call';
import type { StoreKeys } from '../keys.ts';
import type { Committed, Expectation } from '../records/commit.ts';
import type { Accepted } from './call-store.ts';

/**
 * Whether a tenant has room for more calls. Pure.
 *
 * The index of calls by status counts the open calls, and every write of a call moves it in the same step. So the count
 * is exact, costs an accept four ZCARDs and no write, and no counter can drift from the calls.
 */
export function roomFor(keys: StoreKeys, [first, ...others]: readonly Call[], openCallsMax: number): Expectation[] {
  if (first === undefined) return [];
  if (others.some(({ tenantId }) => tenantId !== first.tenantId))
    throw new RangeError('calls that are counted together belong to one tenant');
  return [
    {
      kind: 'members',
      key: keys.callsByStatus(first.tenantId, ''),
      names: openCallStatuses,
      atMost: openCallsMax - 1 - others.length,
    },
  ];
}

/** The result of a commit that found no room for `wanted` calls. Undefined where it failed for another reason. */
export function fullOf(
  committed: Extract<Committed, { ok: false }>,
  wanted: number,
): Extract<Accepted, { type: 'full' }> | undefined {
  const { unmet, found } = committed;
  if (unmet.kind !== 'members') return undefined;
  return { type: 'full', room: Math.max(0, unmet.atMost + wanted - found) };
}
