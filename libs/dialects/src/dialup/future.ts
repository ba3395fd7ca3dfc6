import { parseLocalTime, Reference, type RetryPolicy } from '@redial/call';
import type { DialectContext } from '../dialect.ts';
import { readFuture } from '../shared/timestamp.ts';
import type { ParameterName, Parameters, Reject } from './parameters.ts';
import type { DialupSettings } from './settings.ts';
import { readWholeNumber } from './whole-number.ts';

interface FutureCall {
  /** Epoch ms. */
  readonly notBeforeAt: number;
  /** The time has passed, so that only a repetition of the request may still have it. */
  readonly isPast: boolean;
  readonly retryPolicy: RetryPolicy;
  /** The client's own reference; if it is a call's (`DialupSettings.ident`), unique among its open calls. */
  readonly ident: string;
}

const futureNames = ['Date', 'Maxretry', 'Retrytime', 'ident'] as const satisfies readonly ParameterName[];

const maxRetriesMax = 100;
/** The longest that a retry policy may wait: 30 days. */
const retrySecondsMax = 30 * 86_400;
const secondsPer = { seconds: 1, minutes: 60 } as const satisfies Record<DialupSettings['retrytimeUnit'], number>;

/**
 * `Date`, `Maxretry`, `Retrytime` and `ident`, all four → when a call is due and how it is tried again. None of them: a
 * call for now. A `Date` that has passed is an error, and the other fields are read nevertheless.
 */
export function readFutureCall(
  values: Parameters,
  { tenant, now }: Pick<DialectContext, 'tenant' | 'now'>,
  settings: DialupSettings,
  reject: Reject,
): FutureCall | undefined {
  const { retrytimeUnit, until } = settings;
  if (!isFuture(values, settings)) {
    readIdent(values.ident, reject);
    return undefined;
  }
  for (const name of futureNames) {
    if (values[name] === undefined) reject(name, 'is required for a future call');
  }
  const date = readDate(values.Date, tenant.timeZone, now, reject);
  const maxRetries = readWholeNumber('Maxretry', { min: 0, max: maxRetriesMax }, values, reject);
  const unitSeconds = secondsPer[retrytimeUnit];
  const retrytime = { min: 0, max: retrySecondsMax / unitSeconds, unit: ` ${retrytimeUnit}` };
  const delay = readWholeNumber('Retrytime', retrytime, values, reject);
  const ident = readIdent(values.ident, reject);
  if (date === undefined || maxRetries === undefined || delay === undefined || ident === undefined) return undefined;

  const { networkBudget, retryUnknown } = tenant.defaults.retryPolicy;
  const delaySeconds = delay * unitSeconds;
  // Every failure is retried by the client's policy; the tenant's own rules for a disposition hold for calls without
  // one.
  const retryPolicy = { maxRetries, delaySeconds, perDisposition: {}, until, networkBudget, retryUnknown };
  return { ...date, retryPolicy, ident };
}

/** Whether a request has any field of a future call, valid or not. An organisation's ident is not such a field. */
export function isFuture(values: Parameters, { ident }: Pick<DialupSettings, 'ident'>): boolean {
  return futureNames.some((name) => values[name] !== undefined && (name !== 'ident' || ident === 'call'));
}

/** The vendor's own form, and no other. */
const dateForm = 'YYYYMMDDhhmm in your time zone, like 202603290900';

function readDate(
  written: string | undefined,
  zone: string,
  now: number,
  reject: Reject,
): Pick<FutureCall, 'notBeforeAt' | 'isPast'> | undefined {
  if (written === undefined) return undefined;
  if (!/^[0-9]{12}$/.test(written)) return reject('Date', `must be ${dateForm}`);
  if (!parseLocalTime(written, zone).ok)
    return reject('Date', `is not a date and time of the calendar: write ${dateForm}`);
  const timestamp = readFuture(written, zone, now);
  if (timestamp.ok) return { notBeforeAt: timestamp.value, isPast: false };
  reject('Date', timestamp.message);
  return !timestamp.ok && timestamp.pastAt !== undefined ? { notBeforeAt: timestamp.pastAt, isPast: true } : undefined;
}

/** The client's own reference. */
function readIdent(written: string | undefined, reject: Reject): string | undefined {
  if (written === undefined) return undefined;
  return Reference.safeParse(written).success
    ? written
    : reject('ident', 'must be letters, digits and .-_~:, 230 at most, such as order-7');
}
