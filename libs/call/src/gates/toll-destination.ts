import { z } from 'zod';
import type { NumberingPlan } from '../tenant/numbering.ts';

/** `+44`, or `44`: what E.164 digits begin with. `+`: all of them. */
const Prefix = z
  .string()
  .regex(/^(?:\+|\+?[1-9][0-9]{0,14})$/, 'a prefix of E.164 numbers, such as +44 or +1900; + is every number')
  .transform((prefix) => prefix.replace(/^\+/, ''));

/** Which outside numbers a tenant's calls may ring, by the beginning of their E.164 digits. */
export const Destinations = z.strictObject({
  /**
   * Absent: the country that the numbering plan names, and nothing abroad; every country, where the plan names none.
   */
  allow: z.array(Prefix).optional(),
  /** Outranks `allow`. */
  deny: z.array(Prefix).default([]),
});
export type Destinations = z.infer<typeof Destinations>;

/** What the country's own plan states of a number. That knowledge is outside of this library. */
export interface NumberFacts {
  /** The caller pays extra for the call, in favour of the called party. */
  readonly isPremium: boolean;
  /** The number belongs to another country than the tenant. */
  readonly isAbroad: boolean;
}

/**
 * Ranges without a country, with prices of their own: satellites (870, 881), international networks (882, 883),
 * personal numbers and premium rate (878, 979), relief (888). ITU-T E.164, list of assigned country codes.
 */
const costlyRanges = ['870', '878', '881', '882', '883', '888', '979'];
/** 900 and 976 numbers of the North American plan, whatever area code stands in front of 976. */
const northAmericanPremium = /^1(?:900|976|[2-9][0-9]{2}976)/;
/**
 * An entry of `allow` that has at least this length names a range and not a country. It may allow what is denied by
 * default.
 */
const rangeDigitsMin = 3;

type DestinationRule = 'destinations.deny' | 'destinations.allow' | 'premium';

const because: Readonly<Record<DestinationRule, string>> = {
  'destinations.deny': 'may not be rung: destinations.deny has ',
  premium:
    'may not be rung: it is of a premium-rate, satellite or international range, and destinations.allow does not name that range',
  'destinations.allow': 'may not be rung: it is abroad, and destinations.allow has no prefix of it',
};

/** The rule behind a refusal's sentence, for a metric. A vendor's dialect passes on the sentence alone. */
export function destinationRuleOf(message: string): DestinationRule | undefined {
  return (Object.keys(because) as DestinationRule[]).find((rule) => message.includes(because[rule]));
}

/** The rule that forbids a number to a tenant's calls, and why. Undefined: the number is allowed. */
export function refusedDestination(
  e164: string,
  { destinations, numberingPlan }: { readonly destinations: Destinations; readonly numberingPlan: NumberingPlan },
  facts: NumberFacts,
): { readonly rule: DestinationRule; readonly message: string } | undefined {
  const { allow, deny } = destinations;
  const denied = deny.find((prefix) => e164.startsWith(prefix));
  if (denied !== undefined) return { rule: 'destinations.deny', message: `${because['destinations.deny']}+${denied}` };
  const allowed = (allow ?? []).filter((prefix) => e164.startsWith(prefix));
  const isNamed = allowed.some((prefix) => prefix.length >= rangeDigitsMin && isAsNarrow(prefix, e164));
  if (!isNamed && isCostly(e164, facts))
    return {
      rule: 'premium',
      message: because.premium,
    };
  if (allowed.length > 0 || !facts.isAbroad) return undefined;
  if (allow === undefined && numberingPlan.country === undefined) return undefined;
  return {
    rule: 'destinations.allow',
    message: because['destinations.allow'],
  };
}

function isCostly(e164: string, { isPremium }: NumberFacts): boolean {
  return isPremium || northAmericanPremium.test(e164) || costlyRanges.some((range) => e164.startsWith(range));
}

/**
 * `+882` for itself, `+1900` or `+44909` within a country. `+353` is a country, and does not cover its premium numbers.
 */
function isAsNarrow(prefix: string, e164: string): boolean {
  return costlyRanges.some((range) => e164.startsWith(range)) || prefix.length > rangeDigitsMin;
}
