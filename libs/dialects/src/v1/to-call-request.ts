import { type CallRequest, longestTalkSeconds, namesThereAre, type Tenant } from '@redial/call';
import { numberForms } from '@redial/numbering';
import type { DialectContext, ParsedCall } from '../dialect.ts';
import { autoAnswerOf } from '../shared/auto-answer.ts';
import { resolveCallerId } from '../shared/caller-id.ts';
import { checkFields } from '../shared/check-fields.ts';
import { type FieldError, type FieldValues, pointer, readFields, shorten } from '../shared/field-error.ts';
import { readFuture } from '../shared/timestamp.ts';
import { resolveRecording } from './resolve-recording.ts';
import { mergeRetryPolicy, tooFastRetries } from './retry-policy-change.ts';
import { CreateCall } from './schema.ts';
import { readSides } from './sides.ts';

const priorityDefault = 5;

type Values = FieldValues<typeof CreateCall.shape>;

/** `POST /v1/calls` → a call, checked against the tenant. Every wrong field is reported. */
export function toCallRequest(body: unknown, { tenant, now, newReference }: DialectContext): ParsedCall {
  const { values, errors, tooMany } = readFields(CreateCall, body, { '/variables': tenant.variables.length });
  if (tooMany) return { ok: false, errors };
  addNumberForms(errors, tenant);
  const check = checkFields(errors);
  const wrong = (field: string, message: string): void => {
    errors.push({ field, message });
  };

  const { dial1, dial2, errors: sideErrors } = readSides(values, tenant);
  errors.push(...sideErrors);
  const mayShow = (written: string) => resolveCallerId(written, tenant);
  const callerId = check('/callerId', values.callerId, mayShow) ?? tenant.callerIds.default;
  const dial1CallerId = check('/dial1CallerId', values.dial1CallerId, mayShow);
  const longest = longestTalkSeconds(tenant);
  if (values.talkLimitSeconds !== undefined && values.talkLimitSeconds > longest)
    wrong('/talkLimitSeconds', `must be at most ${longest}: your tenant’s longest talk (quotas.talkSeconds)`);
  const retryPolicy = mergeRetryPolicy(tenant.defaults.retryPolicy, values.retryPolicy);
  const tooFast = values.retryPolicy === undefined ? undefined : tooFastRetries(retryPolicy);
  if (tooFast !== undefined) wrong(tooFast.field, tooFast.message);
  if (values.dial1AutoAnswer === true && dial1 !== undefined) {
    if (tenant.extensions.autoAnswer === undefined)
      wrong('/dial1AutoAnswer', 'needs your tenant’s extensions.autoAnswer');
    else if (dial1.kind !== 'extension') wrong('/dial1AutoAnswer', 'is for a dial1 that is an extension of yours');
  }
  const recording = dial1 && dial2 && resolveRecording(values.record, dial1, dial2, tenant);
  if (recording?.ok === false) wrong('/record', recording.message);
  const { notBeforeAt, expiresAt, errors: timeErrors } = readTimes(values, tenant, now);
  errors.push(...timeErrors);
  const named = new Set(errors.map(({ field }) => field));
  errors.push(...forbiddenNames(body, tenant).filter(({ field }) => !named.has(field)));
  if (errors.length > 0 || !dial1 || !dial2 || !recording?.ok) return { ok: false, errors };

  const { defaults } = tenant;
  const reference = values.reference ?? newReference;
  const request: CallRequest = {
    dial1,
    dial2,
    ...(callerId !== undefined && { callerId }),
    ...(dial1CallerId !== undefined && { dial1CallerId }),
    ...(values.dial1CallerName && { dial1CallerName: values.dial1CallerName }),
    ...autoAnswerOf(dial1, tenant, values.dial1AutoAnswer),
    dial1RingTimeoutSeconds: values.dial1RingTimeoutSeconds ?? defaults.dial1RingTimeoutSeconds,
    dial2RingTimeoutSeconds: values.dial2RingTimeoutSeconds ?? defaults.dial2RingTimeoutSeconds,
    talkLimitSeconds: values.talkLimitSeconds ?? defaults.talkLimitSeconds,
    ...(notBeforeAt !== undefined && { notBeforeAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    retryPolicy,
    reference,
    ...(values.clientInfo !== undefined && { clientInfo: values.clientInfo }),
    ...(recording.value !== undefined && { recording: recording.value }),
    variables: values.variables ?? {},
    headers: { dial1: values.headers?.dial1 ?? {}, dial2: values.headers?.dial2 ?? {} },
    priority: values.priority ?? priorityDefault,
  };
  return { ok: true, request, reference };
}

const numberFields = ['dial1', 'dial2', 'callerId', 'dial1CallerId'].map((field) => pointer(field));

/** The error of a text that cannot be a number also states the forms of this tenant's numbers. */
function addNumberForms(errors: FieldError[], { numberingPlan }: Tenant): void {
  for (const [index, { field, message }] of errors.entries()) {
    if (numberFields.includes(field) && /must be (?:digits|a string)/.test(message))
      errors[index] = { field, message: `${message}, such as ${numberForms(numberingPlan)}` };
  }
}

interface Times {
  readonly notBeforeAt?: number;
  readonly expiresAt?: number;
  readonly errors: readonly FieldError[];
}

function readTimes({ notBefore, expiresAt }: Values, tenant: Tenant, now: number): Times {
  const errors: FieldError[] = [];
  const check = checkFields(errors);
  const future = (written: string) => readFuture(written, tenant.timeZone, now);
  const start = check('/notBefore', notBefore, future);
  const end = check('/expiresAt', expiresAt, future);
  if (end !== undefined && end <= Math.max(start ?? now, now)) {
    errors.push({
      field: '/expiresAt',
      message: start === undefined ? 'is in the past' : 'must be later than notBefore',
    });
  }
  return { ...(start !== undefined && { notBeforeAt: start }), ...(end !== undefined && { expiresAt: end }), errors };
}

/** Names are read from the body itself. zod's records omit a name such as `__proto__`, which must still be reported. */
function forbiddenNames(body: unknown, tenant: Tenant): FieldError[] {
  const { variables, headers, retryPolicy } = (body ?? {}) as {
    variables?: unknown;
    headers?: { dial1?: unknown; dial2?: unknown };
    retryPolicy?: { perDisposition?: unknown };
  };
  const settable = `is not a variable that you may set${namesThereAre(tenant.variables)}`;
  const unlisted = namesOf(variables)
    .filter((name) => !tenant.variables.includes(name))
    .map((name) => ({ field: pointer('variables', shorten(name)), message: settable }));
  const reserved = (['dial1', 'dial2'] as const).flatMap((leg) =>
    namesOf(headers?.[leg])
      .filter((name) => name === '__proto__')
      .map((name) => ({ field: pointer('headers', leg, name), message: 'is not a header name' })),
  );
  const unknown = namesOf(retryPolicy?.perDisposition)
    .filter((name) => name === '__proto__')
    .map((name) => ({ field: pointer('retryPolicy', 'perDisposition', name), message: 'is not a disposition' }));
  return [...unlisted, ...reserved, ...unknown];
}

function namesOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
