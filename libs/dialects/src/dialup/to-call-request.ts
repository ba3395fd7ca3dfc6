import type { CallRequest, Destination } from '@redial/call';
import type { DialectContext, ParsedCalls, ParsedVendorCall } from '../dialect.ts';
import { autoAnswerOf } from '../shared/auto-answer.ts';
import type { FieldError } from '../shared/field-error.ts';
import { withoutRetries } from '../shared/without-retries.ts';
import { shownBetween } from './caller-id.ts';
import { isFuture, readFutureCall } from './future.ts';
import { type Reject, readParameters } from './parameters.ts';
import { readResponseOptions } from './response-options.ts';
import { readSetCid } from './set-cid.ts';
import { dialupSettings } from './settings.ts';
import { readDialupSides } from './sides.ts';
import { readWholeNumber } from './whole-number.ts';

const timeoutSeconds = { min: 1, max: 300, unit: ' seconds' };
const timeoutSecondsDefault = 20;
/** Besides the ringing: for the PBX to set a call up, and for its outcome to arrive. */
const outcomeSeconds = 15;

/** A person waits for a call for now; a call for later comes after it, like the other calls of its tenant. */
const priorityNow = 0;
const priorityLater = 5;

/**
 * The vendor's parameters → one call for each number of `dial1`. Every wrong parameter is reported, in the vendor's
 * spelling. Throws TypeError for a tenant without the dialect.
 */
export function toCallRequest(input: unknown, context: DialectContext): ParsedCalls {
  const { tenant, now, newReference } = context;
  const settings = dialupSettings(tenant);
  if (settings === undefined) throw new TypeError(`tenant ${tenant.id} does not have dialup`);

  const { values, errors: parameterErrors } = readParameters(input);
  const errors: FieldError[] = [...parameterErrors];
  const reject: Reject = (field, message): undefined => {
    errors.push({ field, message });
  };
  const sides = readDialupSides(values, tenant, reject);
  const setCid = readSetCid(values, sides, tenant, reject);
  const ringSeconds = readWholeNumber('Timeout', timeoutSeconds, values, reject) ?? timeoutSecondsDefault;
  const options = readResponseOptions(values, reject);
  const future = readFutureCall(values, context, settings, reject);
  const { dial1, dial2 } = sides;
  // The client repeats the request after a lost answer, and the call's time has come meanwhile.
  const mayRepeat = future?.isPast === true && errors.length === 1 && settings.ident === 'call';
  if ((errors.length > 0 && !mayRepeat) || dial1 === undefined || dial2 === undefined) return { ok: false, errors };

  const awaited = options.awaited && !isFuture(values, settings);
  const { dial2RingTimeoutSeconds, talkLimitSeconds } = tenant.defaults;
  const own = values.ident ?? newReference;
  const callOf = (destination: Destination, index: number): ParsedVendorCall => {
    const reference = index === 0 || values.ident !== undefined ? own : `${own}~${index + 1}`;
    const request: CallRequest = {
      dial1: destination,
      dial2,
      ...shownBetween({ dial1: destination, dial2, setCid, tenant }),
      dial1RingTimeoutSeconds: ringSeconds,
      dial2RingTimeoutSeconds,
      talkLimitSeconds,
      ...(future !== undefined && { notBeforeAt: future.notBeforeAt }),
      // No phone rings after the answer has been sent.
      ...(awaited && { expiresAt: now + settings.waitSeconds * 1000, outcomeAwaited: true as const }),
      retryPolicy: future?.retryPolicy ?? withoutRetries,
      reference,
      variables: {},
      headers: { dial1: {}, dial2: {} },
      ...autoAnswerOf(destination, tenant),
      priority: future === undefined ? priorityNow : priorityLater,
    };
    return { request, reference };
  };
  const [first, ...others] = dial1;
  if (first === undefined) throw new TypeError('dial1 is at least one destination');
  const calls = [callOf(first, 0), ...others.map((destination, index) => callOf(destination, index + 1))] as const;
  if (mayRepeat) return { ok: false, errors, repeats: calls };
  if (future !== undefined && settings.ident === 'call') return { ok: true, calls, reserves: 'open_reference' };
  if (!awaited) return { ok: true, calls };
  const until = now + (ringSeconds + settings.waitSeconds + outcomeSeconds) * 1000;
  return { ok: true, calls, waits: { until, withDial2: options.withIds } };
}
