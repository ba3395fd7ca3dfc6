import { agentNumberOf, hasExtension, outsideNumberOf, type Tenant } from '@redial/call';
import { resolveCallerId } from '../shared/caller-id.ts';
import { restorePlus } from '../shared/restore-plus.ts';
import type { Parameters, Reject } from './parameters.ts';
import type { DialupSides } from './sides.ts';

/** `SetCID`: an agent of the tenant by its extension, or a number that the tenant may show. */
export type SetCid =
  | { readonly kind: 'extension'; readonly extension: string }
  | { readonly kind: 'number'; readonly e164: string };

/**
 * Between two outside numbers it is mandatory and must be an extension: the call has no other agent. An extension
 * stands for its agent. Outside parties see the agent's own number, so the agent of an outside call must have one.
 * Undefined if absent or wrong.
 */
export function readSetCid(
  { SetCID: written }: Parameters,
  sides: DialupSides,
  tenant: Tenant,
  reject: Reject,
): SetCid | undefined {
  const { outside, inside } = whereTheyAre(sides);
  const betweenOutside = outside && !inside;
  if (written === undefined)
    return betweenOutside
      ? reject('SetCID', 'is required between two outside numbers: an extension of yours')
      : undefined;
  if (hasExtension(tenant, written)) {
    const showsNumber = !outside || agentNumberOf(written, tenant) !== undefined;
    if (!showsNumber) return reject('SetCID', 'is an extension that has no number to show outside');
    return { kind: 'extension', extension: written };
  }
  if (betweenOutside) return reject('SetCID', 'must be an extension of yours between two outside numbers');
  const resolved = resolveCallerId(restorePlus(written, tenant.numberingPlan), tenant);
  return resolved.ok ? { kind: 'number', e164: resolved.value } : reject('SetCID', resolved.message);
}

/** A side that could not be resolved may be inside or outside: `SetCID` is not checked against it. */
function whereTheyAre({ dial1, dial2 }: DialupSides): { readonly outside: boolean; readonly inside: boolean } {
  const known = [...(dial1 ?? []), ...(dial2 === undefined ? [] : [dial2])];
  const isOutside = known.map((side) => outsideNumberOf(side) !== undefined);
  const allKnown = dial1 !== undefined && dial2 !== undefined;
  return { outside: isOutside.includes(true), inside: !allKnown || isOutside.includes(false) };
}
