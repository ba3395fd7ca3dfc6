import {
  type Destination,
  type NumberReading,
  outsideNumberOf,
  refusedDestination,
  resolveDestination,
  resolveInContext,
  type Tenant,
} from '@redial/call';
import { internationalPrefixIn, invisibleCharacters, numberFacts, numberForms, readNumber } from '@redial/numbering';

export type WrittenDestination =
  | { readonly ok: true; readonly destination: Destination }
  /** `message` goes on from the field's name. */
  | { readonly ok: false; readonly message: string };

/** What a caller wrote → an extension, a service or a number by one of the tenant's trunks, or a sentence that says what is allowed. */
export function readDestination(written: string, tenant: Tenant, trunk?: string): WrittenDestination {
  const resolved = resolveDestination(written, tenant, readNumber, trunk);
  return resolved.ok ? rungBy(tenant, resolved) : { ok: false, message: messageOf(written, tenant, resolved) };
}

/** Digits that a context of the PBX is to route. */
export function readInContext(written: string, context: string, tenant: Tenant): WrittenDestination {
  const prefix = internationalPrefixIn(tenant.numberingPlan);
  const resolved = resolveInContext(written, context, tenant, readNumber, prefix);
  if (resolved.ok) return rungBy(tenant, resolved);
  const message =
    resolved.why === 'unknown_form' ? unknownNumber(written, tenant, resolved) : messageOf(written, tenant, resolved);
  return { ok: false, message };
}

/** A number that is understood, and may not be rung, is refused by the rule that says so. */
function rungBy(tenant: Tenant, resolved: Extract<WrittenDestination, { ok: true }>): WrittenDestination {
  const e164 = outsideNumberOf(resolved.destination);
  const message = e164 === undefined ? undefined : whyNotRung(e164, tenant);
  return message === undefined ? resolved : { ok: false, message };
}

export function whyNotRung(e164: string, tenant: Tenant): string | undefined {
  return refusedDestination(e164, tenant, numberFacts(e164, tenant.numberingPlan))?.message;
}

type Refused = Extract<ReturnType<typeof resolveDestination>, { ok: false }>;

function messageOf(written: string, tenant: Tenant, refused: Refused): string {
  switch (refused.why) {
    case 'unknown_form':
      return neitherExtensionNorNumber(written, tenant, refused);
    case 'no_trunk':
      return 'is an outside number, and you have no trunk';
    case 'foreign_trunk':
      return 'needs a trunk that you do not have';
    case 'foreign_context':
      return 'needs a context that you do not have';
    case 'no_digits':
      return invisibleCharacters(written) ?? 'must be 1 to 20 digits: a context routes it';
  }
}

type Unread = Pick<Extract<NumberReading, { ok: false }>, 'readings'>;

export function neitherExtensionNorNumber(written: string, tenant: Tenant, unread: Unread): string {
  return special(written, unread) ?? `is neither an extension of yours nor a number in a known form: ${forms(tenant)}`;
}

export function unknownNumber(written: string, tenant: Tenant, unread: Unread): string {
  return special(written, unread) ?? `is not a number in a known form: ${forms(tenant)}`;
}

/** Both readings go back to the caller who sent the number, in full: he is to choose. */
export function special(written: string, { readings }: Unread, unmistakable = '+'): string | undefined {
  if (readings !== undefined)
    return `could be ${readings.map((digits) => `+${digits}`).join(' or ')}: write ${unmistakable} and the country code`;
  return invisibleCharacters(written);
}

function forms({ numberingPlan }: Tenant): string {
  return `${numberForms(numberingPlan)}, abroad + and the country code`;
}
