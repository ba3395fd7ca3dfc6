import { areBothMessages, areSame, type Destination, type Tenant } from '@redial/call';
import { restorePlus } from '../shared/restore-plus.ts';
import { readDestination, type WrittenDestination } from '../shared/written-number.ts';
import type { Parameters, Wrong } from './parameters.ts';

/** Numbers that one request may ring first. */
export const dial1NumbersMax = 100;

export interface DialupSides {
  /** One, or several outside numbers; each is rung first in a call of its own. */
  readonly dial1: readonly Destination[] | undefined;
  readonly dial2: Destination | undefined;
}

/** `dial1` and `dial2` → destinations of the tenant; undefined where they are wrong. No number is repeated in an error: its place names it. */
export function readDialupSides(values: Parameters, tenant: Tenant, wrong: Wrong): DialupSides {
  const dial1 = readDial1(values.dial1, tenant, wrong);
  const dial2 = readDial2(values.dial2, tenant, wrong);
  const [first] = dial1 ?? [];
  const same = dial1?.findIndex((side) => dial2 !== undefined && areSame(side, dial2)) ?? -1;
  if (same !== -1)
    wrong('dial2', `is ${dial1?.length === 1 ? '' : `number ${same + 1} of `}dial1 again: a call connects two`);
  if (first && dial2 && areBothMessages(first, dial2, tenant)) wrong('dial2', 'is a message, and so is dial1');
  return { dial1, dial2 };
}

function readDial1(written: string | undefined, tenant: Tenant, wrong: Wrong): readonly Destination[] | undefined {
  const parts = written?.split(',') ?? [];
  if (parts.length > 1) return readSeveral(parts, tenant, wrong);
  const [part] = parts;
  if (part === undefined) return wrong('dial1', 'is required');
  const resolved = resolve(part, tenant);
  return resolved.ok ? [resolved.destination] : wrong('dial1', resolved.message);
}

function readSeveral(parts: readonly string[], tenant: Tenant, wrong: Wrong): readonly Destination[] | undefined {
  if (parts.length > dial1NumbersMax) return wrong('dial1', `holds more than ${dial1NumbersMax} numbers`);
  const places = new Map<string, number>();
  const destinations = parts.flatMap((part, index) => {
    const place = index + 1;
    const resolved = resolve(part, tenant);
    const message = resolved.ok ? unfit(resolved.destination, places) : resolved.message;
    if (message !== undefined) wrong('dial1', `number ${place} ${message}`);
    if (!resolved.ok || resolved.destination.kind !== 'number') return [];
    if (message === undefined) places.set(resolved.destination.e164, place);
    return [resolved.destination];
  });
  return destinations.length === parts.length ? destinations : undefined;
}

/** Why a destination cannot be one of several. `places`: the numbers before it. */
function unfit(destination: Destination, places: ReadonlyMap<string, number>): string | undefined {
  if (destination.kind !== 'number') return 'is not an outside number, and only those may be several';
  const earlier = places.get(destination.e164);
  return earlier === undefined ? undefined : `is number ${earlier} again`;
}

function readDial2(written: string | undefined, tenant: Tenant, wrong: Wrong): Destination | undefined {
  if (written === undefined) return wrong('dial2', 'is required');
  const resolved = resolve(written, tenant);
  return resolved.ok ? resolved.destination : wrong('dial2', resolved.message);
}

function resolve(written: string, tenant: Tenant): WrittenDestination {
  return readDestination(restorePlus(written, tenant.numberingPlan), tenant);
}
