import {
  areBothAnnouncements,
  areSame,
  type CallRequest,
  type Destination,
  hasExtension,
  namesThereAre,
  type Result,
  recordingOf,
  type Tenant,
} from '@redial/call';
import { readNumber } from '@redial/numbering';
import type { DialectContext, ParsedCalls } from '../dialect.ts';
import { autoAnswerOf } from '../shared/auto-answer.ts';
import { resolveCallerId } from '../shared/caller-id.ts';
import { checkFields, fieldName } from '../shared/check-fields.ts';
import { type FieldError, readFields } from '../shared/field-error.ts';
import { trunkByName } from '../shared/trunk-by-name.ts';
import { withoutRetries } from '../shared/without-retries.ts';
import { readDestination, readInContext } from '../shared/written-number.ts';
import { OriginatedCall, timeoutSecondsDefault } from './schema.ts';
import { type ActSettings, actSettings } from './settings.ts';

/** How the first person is reached: by a trunk (absent: the trunk of the second), or by a context of the PBX. */
interface Route {
  readonly trunk?: string | undefined;
  readonly dialplan?: string;
}

const mandatory = ['caller', 'callee', 'context', 'caller_id'] as const;
const missing = 'value is missing';

/**
 * The vendor's body → a call. Every wrong field is reported, by the vendor's name for it; the error of a body that is
 * not an object has no field.
 */
export function toCallRequest(input: unknown, context: DialectContext): ParsedCalls {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { ok: false, errors: [{ field: '', message: 'must be an object' }] };
  const { tenant } = context;
  const settings = actSettings(tenant);
  if (settings === undefined) throw new TypeError(`tenant ${tenant.id} does not have the dialect`);

  const { given, values, errors } = fieldsOf(input);
  const check = checkFields(errors);

  const route = check('context', values.context, (name) => routeOf(name, settings, tenant));
  const trunk = check('trunk_name', values.trunk_name, (name) => trunkByName(name, settings.trunks, tenant));
  const dial1 = check('caller', values.caller, (written) => resolveParty(written, tenant, { trunk, ...route }));
  const dial2 = check('callee', values.callee, (written) => resolveParty(written, tenant, { trunk }));
  const callerId = check('caller_id', values.caller_id, (written) => resolveCallerId(written, tenant));
  if (dial1 && dial2 && areSame(dial1, dial2))
    errors.push({ field: 'callee', message: 'is caller again: a call connects two' });
  if (dial1 && dial2 && areBothAnnouncements(dial1, dial2, tenant))
    errors.push({ field: 'callee', message: 'is an announcement, and so is caller' });
  const needsTrunk = dial2?.kind === 'number' || (dial1?.kind === 'number' && route !== undefined && !isRouted(route));
  if (needsTrunk && !Object.hasOwn(given, 'trunk_name')) errors.push({ field: 'trunk_name', message: missing });
  if (errors.length > 0 || dial1 === undefined || dial2 === undefined || callerId === undefined)
    return { ok: false, errors };

  const reference = newReference(context);
  const request = requestOf({ dial1, dial2, callerId, reference, values, tenant });
  return { ok: true, calls: [{ request, reference }], reserves: 'new_reference' };
}

/** In every field of the vendor, an empty text or a null counts as absent. */
function fieldsOf(input: object) {
  const given = Object.fromEntries(
    Object.entries(input).filter(([name, value]) => {
      return !Object.hasOwn(OriginatedCall.shape, name) || (value !== '' && value !== null && value !== undefined);
    }),
  );
  const absent = mandatory.filter((field) => !Object.hasOwn(given, field));
  const { values, errors: shapeErrors } = readFields(OriginatedCall, given);
  const errors: FieldError[] = [
    ...absent.map((field) => ({ field, message: missing })),
    ...shapeErrors
      .map(({ field, message }) => ({ field: fieldName(field), message }))
      .filter(({ field }) => !absent.some((name) => name === field)),
  ];
  return { given, values, errors };
}

function routeOf(name: string, settings: ActSettings, tenant: Tenant): Result<Route> {
  const context = Object.hasOwn(settings.contexts, name) ? settings.contexts[name] : undefined;
  if (context === undefined)
    return { ok: false, message: `is not a context of yours${namesThereAre(Object.keys(settings.contexts))}` };
  if (context.routes === 'dialplan') {
    if (!tenant.contexts.includes(name))
      return { ok: false, message: `is not a context that you may dial${namesThereAre(tenant.contexts)}` };
    return { ok: true, value: { dialplan: name } };
  }
  if (context.trunk === undefined) return { ok: true, value: {} };
  if (!tenant.trunks.includes(context.trunk)) return { ok: false, message: 'needs a trunk that you do not have' };
  return { ok: true, value: { trunk: context.trunk } };
}

function isRouted({ trunk, dialplan }: Route): boolean {
  return trunk !== undefined || dialplan !== undefined;
}

/**
 * A number without a trunk gets the tenant's first trunk here. The caller of this function refuses it if a trunk is
 * mandatory.
 */
function resolveParty(written: string, tenant: Tenant, { trunk, dialplan }: Route): Result<Destination> {
  const routed = dialplan === undefined ? undefined : routedByDialplan(written, tenant, dialplan);
  return routed === undefined ? readDestination(written, tenant, trunk) : { ok: true, value: routed };
}

/** Extensions and numbers; a service has a channel of its own. */
function routedByDialplan(written: string, tenant: Tenant, context: string): Destination | undefined {
  const isNumber =
    readNumber(written, tenant.numberingPlan).ok && !tenant.services.some(({ code }) => code === written);
  if (!hasExtension(tenant, written) && !isNumber) return undefined;
  const resolved = readInContext(written, context, tenant);
  return resolved.ok ? resolved.value : undefined;
}

const digits = [...'0123456789'];

/**
 * `orig.call.<Unix s>.<6 digits>`, as the vendor's ids. Two ids of one second may be equal: the reservation detects it.
 */
function newReference({ now, pick }: DialectContext): string {
  const six = Array.from({ length: 6 }, () => pick(digits)).join('');
  return `orig.call.${Math.floor(now / 1000)}.${six}`;
}

interface ResolvedCall {
  readonly dial1: Destination;
  readonly dial2: Destination;
  readonly callerId: string;
  readonly reference: string;
  readonly values: Partial<OriginatedCall>;
  readonly tenant: Tenant;
}

function requestOf({ dial1, dial2, callerId, reference, values, tenant }: ResolvedCall): CallRequest {
  const { dial2RingTimeoutSeconds, talkLimitSeconds } = tenant.defaults;
  const recording = recordingOf(dial1, dial2, tenant);
  return {
    dial1,
    dial2,
    callerId,
    dial1RingTimeoutSeconds: values.timeout ?? timeoutSecondsDefault,
    dial2RingTimeoutSeconds,
    talkLimitSeconds: values.call_limit ?? talkLimitSeconds,
    retryPolicy: withoutRetries,
    reference,
    ...(recording !== undefined && { recording }),
    ...autoAnswerOf(dial1, tenant),
    variables: {},
    headers: { dial1: {}, dial2: {} },
    priority: 0,
  };
}
