import { areBothAnnouncements, areSame, type Destination, type Result, type Tenant } from '@redial/call';
import { restorePlus } from '../shared/restore-plus.ts';
import { readDestination } from '../shared/written-number.ts';
import type { Parameters, Reject } from './parameters.ts';

/** Numbers that one request may ring first. */
const dial1NumbersMax = 100;

export interface DialupSides {
  /** One, or several outside numbers; each is rung first in a call of its own. */
  readonly dial1: readonly Destination[] | undefined;
  readonly dial2: Destination | undefined;
}

/**
 * `dial1` and `dial2` → destinations of the tenant; undefined if they are wrong. An error names a number by its
 * position, without its digits.
 */
export function readDialupSides(values: Parameters, tenant: Tenant, reject: Reject): DialupSides {
  const dial1 = readDial1(values.dial1, tenant, reject);
  const dial2 = readDial2(values.dial2, tenant, reject);
  const [first] = dial1 ?? [];
  const same = dial1?.findIndex((side) => dial2 !== undefined && areSame(side, dial2)) ?? -1;
  if (same !== -1)
    reject('dial2', `is ${dial1?.length === 1 ? '' : `number ${same + 1} of `}dial1 again: a call connects two`);
  if (first && dial2 && areBothAnnouncements(first, dial2, tenant))
    reject('dial2', 'is an announcement, and so is dial1');
  return { dial1, dial2 };
}

function readDial1(written: string | undefined, tenant: Tenant, reject: Reject): readonly Destination[] | undefined {
  const parts = written?.split(',') ?? [];
  if (parts.length > 1) return readSeveral(parts, tenant, reject);
  const [part] = parts;
  if (part === undefined) return reject('dial1', 'is required');
  const resolved = resolve(part, tenant);
  return resolved.ok ? [resolved.value] : reject('dial1', resolved.message);
}

function readSeveral(parts: readonly string[], tenant: Tenant, reject: Reject): readonly Destination[] | undefined {
  if (parts.length > dial1NumbersMax) return reject('dial1', `holds more than ${dial1NumbersMax} numbers`);
  const positions = new Map<string, number>();
  const destinations = parts.flatMap((part, index) => {
    const position = index + 1;
    const resolved = resolve(part, tenant);
    const message = resolved.ok ? unfit(resolved.value, positions) : resolved.message;
    if (message !== undefined) reject('dial1', `number ${position} ${message}`);
    if (!resolved.ok || resolved.value.kind !== 'number') return [];
    if (message === undefined) positions.set(resolved.value.e164, position);
    return [resolved.value];
  });
  return destinations.length === parts.length ? destinations : undefined;
}

/** Why a destination cannot be one of several. `positions`: the numbers before it. */
function unfit(destination: Destination, positions: ReadonlyMap<string, number>): string | undefined {
  if (destination.kind !== 'number') return 'is not an outside number, and only those may be several';
  const earlier = positions.get(destination.e164);
  return earlier === undefined ? undefined : `is number ${earlier} again`;
}

function readDial2(written: string | undefined, tenant: Tenant, reject: Reject): Destination | undefined {
  if (written === undefined) return reject('dial2', 'is required');
  const resolved = resolve(written, tenant);
  return resolved.ok ? resolved.value : reject('dial2', resolved.message);
}

function resolve(written: string, tenant: Tenant): Result<Destination> {
  return readDestination(restorePlus(written, tenant.numberingPlan), tenant);
}
