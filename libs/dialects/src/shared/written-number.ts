import {
  type Destination,
  type NumberResult,
  outsideNumberOf,
  type RefusedDestination,
  type Result,
  refusedDestination,
  resolveDestination,
  resolveInContext,
  type Tenant,
} from '@redial/call';
import { internationalPrefixIn, invisibleCharacters, numberFacts, numberForms, readNumber } from '@redial/numbering';

/** A destination as a client writes it → an extension, a service, or a number by one of the tenant's trunks. */
export function readDestination(written: string, tenant: Tenant, trunk?: string): Result<Destination> {
  const resolved = resolveDestination(written, tenant, readNumber, trunk);
  if (resolved.ok) return checkAllowed(resolved.value, tenant);
  return { ok: false, message: messageOf(written, tenant, resolved) };
}

/** Digits that a context of the PBX routes. */
export function readInContext(written: string, context: string, tenant: Tenant): Result<Destination> {
  const prefix = internationalPrefixIn(tenant.numberingPlan);
  const resolved = resolveInContext(written, context, tenant, readNumber, prefix);
  if (resolved.ok) return checkAllowed(resolved.value, tenant);
  const message =
    resolved.why === 'unknown_form' ? unknownNumber(written, tenant, resolved) : messageOf(written, tenant, resolved);
  return { ok: false, message };
}

/** An outside number by one of the tenant's trunks, for a vendor that has no other destinations in this field. */
export function numberBy(trunk: string | undefined, e164: string, tenant: Tenant): Result<NumberDestination> {
  const refused = whyNotAllowed(e164, tenant);
  if (refused !== undefined) return { ok: false, message: refused };
  if (trunk === undefined) return { ok: false, message: noTrunk };
  return { ok: true, value: { kind: 'number', e164, trunk } };
}

type NumberDestination = Extract<Destination, { kind: 'number' }>;

const noTrunk = 'is an outside number, and you have no trunk';

function checkAllowed(destination: Destination, tenant: Tenant): Result<Destination> {
  const e164 = outsideNumberOf(destination);
  const message = e164 === undefined ? undefined : whyNotAllowed(e164, tenant);
  return message === undefined ? { ok: true, value: destination } : { ok: false, message };
}

/** Undefined: no rule forbids the tenant to call the number. */
function whyNotAllowed(e164: string, tenant: Tenant): string | undefined {
  return refusedDestination(e164, tenant, numberFacts(e164, tenant.numberingPlan))?.message;
}

function messageOf(written: string, tenant: Tenant, refused: RefusedDestination): string {
  switch (refused.why) {
    case 'unknown_form':
      return neitherExtensionNorNumber(written, tenant, refused);
    case 'no_trunk':
      return noTrunk;
    case 'foreign_trunk':
      return 'needs a trunk that you do not have';
    case 'foreign_context':
      return 'needs a context that you do not have';
    case 'no_digits':
      return invisibleCharacters(written) ?? 'must be 1 to 20 digits: a context routes it';
  }
}

type Unread = Pick<Extract<NumberResult, { ok: false }>, 'readings'>;

export function neitherExtensionNorNumber(written: string, tenant: Tenant, unread: Unread): string {
  return (
    unreadable(written, unread) ?? `is neither an extension of yours nor a number in a known form: ${forms(tenant)}`
  );
}

export function unknownNumber(written: string, tenant: Tenant, unread: Unread): string {
  return unreadable(written, unread) ?? `is not a number in a known form: ${forms(tenant)}`;
}

/**
 * The error of an ambiguous number, with both readings in full so that the client can choose; or of invisible
 * characters.
 */
export function unreadable(written: string, { readings }: Unread, internationalPrefix = '+'): string | undefined {
  if (readings !== undefined) {
    const numbers = readings.map((digits) => `+${digits}`).join(' or ');
    return `could be ${numbers}: write ${internationalPrefix} and the country code`;
  }
  return invisibleCharacters(written);
}

function forms({ numberingPlan }: Tenant): string {
  return `${numberForms(numberingPlan)}, abroad + and the country code`;
}
