import { E164Digits, extensionShape, type Issue, NumberingPlan } from '@redial/call';
import { callingCodeOf, isCountry } from './country.ts';
import { isAssigned } from './phone-number.ts';
import { readNumber } from './read-number.ts';

interface ConfiguredNumbers {
  /** The same file. Every readable number is in E.164 digits. */
  readonly file: unknown;
  readonly issues: readonly Issue[];
}

type Group = Readonly<Record<string, unknown>>;
type Read = (value: unknown, path: Issue['path']) => unknown;

/**
 * The numbers of a configuration file, read by their tenant's plan as a request's numbers are. A comparison with a
 * request's number needs the same form. The rest of the file may have issues. A text that cannot be a number stays for
 * the schema to report.
 */
export function readConfiguredNumbers(file: unknown): ConfiguredNumbers {
  if (!isGroup(file) || !Array.isArray(file.tenants)) return { file, issues: [] };
  const issues: Issue[] = [];
  const tenants = file.tenants.map((tenant: unknown, index) => tenantNumbers(tenant, ['tenants', index], issues));
  return { file: { ...file, tenants }, issues };
}

function tenantNumbers(tenant: unknown, at: Issue['path'], issues: Issue[]): unknown {
  if (!isGroup(tenant)) return tenant;
  const plan = NumberingPlan.safeParse(tenant.numberingPlan).data;
  if (plan === undefined) return tenant;
  const planIssue = issueOfPlan(plan);
  if (planIssue !== undefined) {
    issues.push({ path: [...at, 'numberingPlan', ...planIssue.path], message: planIssue.message });
    return tenant;
  }
  const read: Read = (value, path) => {
    const { e164, fault } = readConfiguredNumber(value, plan);
    if (fault !== undefined) issues.push({ path: [...at, ...path], message: fault });
    return e164 ?? value;
  };
  issues.push(
    ...issuesOfCodes(tenant.services, plan).map(({ path, message }) => ({ path: [...at, ...path], message })),
  );
  return {
    ...tenant,
    ...(tenant.doNotCall !== undefined && { doNotCall: each(tenant.doNotCall, ['doNotCall'], read) }),
    ...(isGroup(tenant.callerIds) && { callerIds: callerIds(tenant.callerIds, read) }),
  };
}

function callerIds(group: Group, read: Read): Group {
  const orExtension: Read = (value, path) =>
    typeof value === 'string' && extensionShape.test(value) ? value : read(value, path);
  const known: Readonly<Record<string, Read>> = {
    default: orExtension,
    allowed: (value, path) => each(value, path, orExtension),
    pool: (value, path) => each(value, path, read),
    agents: (value, path) => each(value, path, read),
  };
  return Object.fromEntries(
    Object.entries(group).map(([name, value]) => [name, known[name]?.(value, ['callerIds', name]) ?? value]),
  );
}

function each(values: unknown, path: Issue['path'], read: Read): unknown {
  if (Array.isArray(values)) return values.map((value: unknown, index) => read(value, [...path, index]));
  if (!isGroup(values)) return values;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, read(value, [...path, name])]));
}

/**
 * One number of the file: its E.164 digits, or its issue. Neither: it does not have the form of a number. Digits alone
 * are E.164 digits, unless only the country's own plan has such a number.
 */
export function readConfiguredNumber(
  value: unknown,
  plan: NumberingPlan,
): { readonly e164?: string; readonly fault?: string } {
  if (typeof value !== 'string' || !/^\+?[0-9]{2,20}$/.test(value)) return {};
  if (/^[+0]/.test(value)) {
    const number = readNumber(value, plan);
    if (number.ok) return { e164: number.value };
    return { fault: number.readings === undefined ? unknownForm : twoNumbers };
  }
  const national = plan.country === undefined ? undefined : nationalOf(value, plan);
  if (national === undefined) return {};
  return isE164(value) ? { fault: twoNumbers } : { e164: national };
}

const unknownForm = 'is not a number in a known form: write + and the country code';
const twoNumbers = 'could be two numbers: write + and the country code';

/** The country's own number that the digits may also be, beside E.164. Undefined: its plan has none. */
function nationalOf(value: string, plan: NumberingPlan): string | undefined {
  const number = readNumber(value, plan);
  const readings = number.ok ? [number.value] : (number.readings ?? []);
  return readings.find((digits) => digits !== value && isE164(digits));
}

function isE164(digits: string): boolean {
  return E164Digits.safeParse(digits).success && isAssigned(digits);
}

function issueOfPlan({ country, countryCode }: NumberingPlan): Issue | undefined {
  if (country === undefined) return undefined;
  if (!isCountry(country)) return { path: ['country'], message: 'is no country of ISO 3166-1, such as IT or ZA' };
  if (countryCode === undefined || countryCode === callingCodeOf(country)) return undefined;
  return {
    path: ['countryCode'],
    message: `is not the country code of ${country}, which is ${callingCodeOf(country)}`,
  };
}

/** The digits of a number mean that number. A service with the same digits would hide it. */
function issuesOfCodes(services: unknown, plan: NumberingPlan): Issue[] {
  if (!Array.isArray(services)) return [];
  return services.flatMap((service: unknown, index) => {
    const isNumber = isGroup(service) && typeof service.code === 'string' && readNumber(service.code, plan).ok;
    return isNumber ? [{ path: ['services', index, 'code'], message: 'is a number of the numbering plan' }] : [];
  });
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
