import { type Destination, outsideNumberOf } from '../call/request.ts';
import type { Result } from '../result.ts';
import type { NumberReader } from './numbering.ts';
import { serviceOf } from './service.ts';
import { hasExtension, type Tenant } from './tenant.ts';

export type RefusedDestination =
  /** `readings`: the number could be each of these. */
  | { readonly why: 'unknown_form'; readonly readings?: readonly string[] }
  | { readonly why: 'no_trunk' | 'foreign_trunk' | 'foreign_context' | 'no_digits' };

/**
 * What a caller wrote → one of the tenant's extensions, a service by its feature code, or a number by one of its
 * trunks. This order decides where several fit.
 */
export function resolveDestination(
  written: string,
  tenant: Tenant,
  readNumber: NumberReader,
  trunk?: string,
): Result<Destination, RefusedDestination> {
  if (hasExtension(tenant, written)) return { ok: true, value: { kind: 'extension', extension: written } };
  const service = tenant.services.find(({ code }) => code === written);
  if (service !== undefined) return { ok: true, value: { kind: 'service', service: service.name } };
  const number = readNumber(written, tenant.numberingPlan);
  if (!number.ok) return { ...number, why: 'unknown_form' };
  const chosen = trunk ?? tenant.trunks[0];
  if (chosen === undefined) return { ok: false, why: 'no_trunk' };
  if (!tenant.trunks.includes(chosen)) return { ok: false, why: 'foreign_trunk' };
  return { ok: true, value: { kind: 'number', e164: number.value, trunk: chosen } };
}

/**
 * Digits for a context of the PBX to route, as a person would dial them there: no phone has a `+` key. A number of the
 * tenant's plan is recognised, so that do-not-call, windows and caps apply to it. Digits with an access code in front
 * mean an outside number to that context alone, and are not recognised. `prefix`: the digits that stand for a `+`
 * there.
 */
export function resolveInContext(
  written: string,
  context: string,
  tenant: Tenant,
  readNumber: NumberReader,
  prefix: string,
): Result<Destination, RefusedDestination> {
  if (!tenant.contexts.includes(context)) return { ok: false, why: 'foreign_context' };
  const exten = written.replace(/^\+/, prefix);
  if (!/^[0-9]{1,20}$/.test(exten)) return { ok: false, why: 'no_digits' };
  if (hasExtension(tenant, written)) return { ok: true, value: { kind: 'context', context, exten } };
  const number = readNumber(written, tenant.numberingPlan);
  if (!number.ok && (number.readings !== undefined || written !== exten)) return { ...number, why: 'unknown_form' };
  return { ok: true, value: { kind: 'context', context, exten, ...(number.ok && { e164: number.value }) } };
}

/**
 * Both legs are one phone or one number, in any spelling and by any route: it would ring itself. A service is no phone:
 * two of its agents may talk.
 */
export function areSame(dial1: Destination, dial2: Destination): boolean {
  const [one, other] = [phoneOf(dial1), phoneOf(dial2)];
  return one !== undefined && one === other;
}

/** Extensions and numbers never have the same digits here: a number has its `+`. */
function phoneOf(destination: Destination): string | undefined {
  const outside = outsideNumberOf(destination);
  if (outside !== undefined) return `+${outside}`;
  if (destination.kind === 'extension') return destination.extension;
  return destination.kind === 'context' ? destination.exten : undefined;
}

/**
 * One announcement would play to the other, and no person would hear it. Redial's own context plays one announcement a
 * call.
 */
export function areBothAnnouncements(dial1: Destination, dial2: Destination, tenant: Tenant): boolean {
  return [dial1, dial2].every((d) => d.kind === 'service' && serviceOf(d.service, tenant).kind === 'announcement');
}

/** The trunks that a call needs, once for each leg that uses one. */
export function trunksOf(dial1: Destination, dial2: Destination): string[] {
  return [dial1, dial2].flatMap((d) => (d.kind === 'number' ? [d.trunk] : []));
}

/** Which trunk is at which PBX. A trunk without a list is at all of them. */
interface TrunksOfPbxs {
  readonly pbxs: readonly { readonly name: string }[];
  readonly trunks: readonly { readonly name: string; readonly pbxs?: readonly string[] | undefined }[];
}

/** The PBXs that have every trunk a call needs. No PBX has a trunk that is no longer configured. */
export function pbxsFor(trunkNames: readonly string[], { pbxs, trunks }: TrunksOfPbxs): string[] {
  const has = (pbx: string, name: string): boolean => {
    const trunk = trunks.find((t) => t.name === name);
    return trunk !== undefined && (trunk.pbxs?.includes(pbx) ?? true);
  };
  return pbxs.map((pbx) => pbx.name).filter((pbx) => trunkNames.every((name) => has(pbx, name)));
}
