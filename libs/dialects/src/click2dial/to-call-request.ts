import {
  areSame,
  type CallRequest,
  type Destination,
  hasExtension,
  type Result,
  recordingOf,
  type Tenant,
} from '@redial/call';
import { internationalPrefixIn } from '@redial/numbering';
import type { DialectContext, ParsedCalls } from '../dialect.ts';
import { autoAnswerOf } from '../shared/auto-answer.ts';
import { resolveCallerId } from '../shared/caller-id.ts';
import { checkFields, fieldName } from '../shared/check-fields.ts';
import { type FieldError, readFields } from '../shared/field-error.ts';
import { withoutRetries } from '../shared/without-retries.ts';
import { numberBy, unreadable } from '../shared/written-number.ts';
import { campaignCallerId, isCampaignCallerId } from './campaigns.ts';
import { callerIdForms, callerIdNumberOf, clickNumberForms, numberOf } from './number-form.ts';
import { Click2dialCall, contactRefLengthMax } from './schema.ts';
import { click2dialSettings } from './settings.ts';

/**
 * The vendor's four fields, from JSON, form or query → a call. Every wrong field is reported, by the vendor's name for
 * it.
 */
export function toCallRequest(input: unknown, context: DialectContext): ParsedCalls {
  const { tenant } = context;
  const { values, errors: shapeErrors } = readFields(Click2dialCall, input);
  const errors: FieldError[] = shapeErrors.map(({ field, message }) => ({ field: fieldName(field), message }));
  const check = checkFields(errors);

  const dial1 = check('agent', values.agent, (written) => agent(written, tenant));
  const dial2 = check('callee', values.callee, (written) => outside(written, tenant));
  const callerId = check('outbound_id', values.outbound_id, (written) => outboundId(written, context));
  if (dial1 && dial2 && areSame(dial1, dial2))
    errors.push({ field: 'callee', message: 'is agent again: a call connects two' });
  if (errors.length > 0 || dial1 === undefined || dial2 === undefined || callerId === undefined)
    return { ok: false, errors };

  const contactRef = values.contact_ref ?? values.call_ref;
  const reference = contactRef?.slice(0, contactRefLengthMax) ?? context.newReference;
  return { ok: true, calls: [{ request: requestOf({ dial1, dial2, callerId, reference, tenant }), reference }] };
}

interface ResolvedCall {
  readonly dial1: Destination;
  readonly dial2: Destination;
  readonly callerId: string;
  readonly reference: string;
  readonly tenant: Tenant;
}

function requestOf({ dial1, dial2, callerId, reference, tenant }: ResolvedCall): CallRequest {
  const { dial1RingTimeoutSeconds, dial2RingTimeoutSeconds, talkLimitSeconds } = tenant.defaults;
  const recording = recordingOf(dial1, dial2, tenant);
  return {
    dial1,
    dial2,
    callerId,
    dial1RingTimeoutSeconds,
    dial2RingTimeoutSeconds,
    talkLimitSeconds,
    retryPolicy: withoutRetries,
    reference,
    ...(recording !== undefined && { recording }),
    ...autoAnswerOf(dial1, tenant),
    variables: {},
    headers: { dial1: agentHeaders(dial1, callerId, reference, tenant), dial2: {} },
    priority: 0,
  };
}

/** For the agent's WebRTC phone. The carrier of an outside agent must not see them. */
function agentHeaders(dial1: Destination, callerId: string, reference: string, tenant: Tenant): Record<string, string> {
  if (dial1.kind !== 'extension') return {};
  const prefix = click2dialSettings(tenant).headerPrefix;
  return { [`${prefix}Outbound-ID`]: callerId, [`${prefix}Call-Ref`]: reference };
}

function agent(written: string, tenant: Tenant): Result<Destination> {
  if (!/^[0-9]{3,4}$/.test(written)) return outside(written, tenant, 'an extension of 3 or 4 digits');
  if (!hasExtension(tenant, written)) return { ok: false, message: 'is not an extension of yours' };
  return { ok: true, value: { kind: 'extension', extension: written } };
}

function outside(written: string, tenant: Tenant, orElse?: string): Result<Destination> {
  const number = numberOf(written, tenant.numberingPlan);
  if (!number.ok) {
    const forms = [...(orElse === undefined ? [] : [orElse]), clickNumberForms(tenant.numberingPlan)].join(', ');
    return {
      ok: false,
      message: unreadable(written, number, internationalPrefixIn(tenant.numberingPlan)) ?? `must be one of: ${forms}`,
    };
  }
  return numberBy(tenant.trunks[0], number.value, tenant);
}

function outboundId(written: string, { tenant, pick }: DialectContext): Result<string> {
  const { pool } = tenant.callerIds;
  if (written === 'random') {
    return pool.length > 0
      ? { ok: true, value: pick(pool) }
      : { ok: false, message: 'is random, and you have no pool of caller IDs' };
  }
  if (written.startsWith('tvc_')) {
    const verified = campaignCallerId(written.slice('tvc_'.length), tenant);
    return verified === undefined
      ? { ok: false, message: 'names a campaign for which you have no verified caller ID' }
      : { ok: true, value: verified };
  }
  const number = callerIdNumberOf(written, tenant.numberingPlan);
  if (!number.ok) {
    const forms = `random, tvc_<campaign>, ${callerIdForms(tenant.numberingPlan)}`;
    return { ok: false, message: unreadable(written, number) ?? `must be one of: ${forms}` };
  }
  // If the tenant has no list of its own, the numbers that the operator has configured may be shown.
  if (tenant.callerIds.allowed === undefined && isCampaignCallerId(number.value, tenant))
    return { ok: true, value: number.value };
  return resolveCallerId(`+${number.value}`, tenant);
}
