import { type Configuration, hasExtension, type Tenant, type TrunkConfiguration } from './configuration.ts';
import { toE164 } from './numbering.ts';
import type { Destination } from './request.ts';

export type ResolvedDestination =
  | { readonly ok: true; readonly destination: Destination }
  | { readonly ok: false; readonly message: string };

/** What a caller wrote → one of the tenant's extensions, or a number by one of its trunks. An extension wins over a number. */
export function resolveDestination(written: string, tenant: Tenant, trunk?: string): ResolvedDestination {
  if (hasExtension(tenant, written)) return { ok: true, destination: { kind: 'extension', extension: written } };
  const e164 = toE164(written, tenant.numberingPlan);
  if (e164 === undefined)
    return { ok: false, message: 'is neither an extension of yours nor a number in a known form' };
  const chosen = trunk ?? tenant.trunks[0];
  if (chosen === undefined) return { ok: false, message: 'is an outside number, and you have no trunk' };
  if (!tenant.trunks.includes(chosen)) return { ok: false, message: 'needs a trunk that you do not have' };
  return { ok: true, destination: { kind: 'number', e164, trunk: chosen } };
}

/** A destination → the channel that Asterisk dials. Digits alone are put into the operator's template. */
export function channelOf(destination: Destination, tenant: Tenant, trunks: readonly TrunkConfiguration[]): string {
  if (destination.kind === 'extension') return tenant.extensions.channel.replace('{extension}', destination.extension);
  const trunk = trunks.find((t) => t.name === destination.trunk);
  if (trunk === undefined) throw new RangeError(`there is no trunk ${destination.trunk}`);
  return trunk.channel.replace('{number}', trunk.numberPrefix + destination.e164);
}

/** Trunks that a call needs, each once per leg that uses it. */
export function trunksOf(dial1: Destination, dial2: Destination): string[] {
  return [dial1, dial2].flatMap((d) => (d.kind === 'number' ? [d.trunk] : []));
}

/** PBXs that have every trunk a call needs; none has a trunk that is no longer configured. */
export function pbxsFor(trunkNames: readonly string[], { pbxs, trunks }: Configuration): string[] {
  const has = (pbx: string, name: string): boolean => {
    const trunk = trunks.find((t) => t.name === name);
    return trunk !== undefined && (trunk.pbxs?.includes(pbx) ?? true);
  };
  return pbxs.map((pbx) => pbx.name).filter((pbx) => trunkNames.every((name) => has(pbx, name)));
}
