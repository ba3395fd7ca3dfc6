import { type CallRequest, type Destination, namesThereAre, type Result, type Tenant } from '@redial/call';
import { readNumber } from '@redial/numbering';
import { resolveCallerId } from '../shared/caller-id.ts';
import { checkFields, fieldName } from '../shared/check-fields.ts';
import { type FieldError, readFields, shorten } from '../shared/field-error.ts';
import { restorePlus } from '../shared/restore-plus.ts';
import { trunkByName } from '../shared/trunk-by-name.ts';
import { numberBy, unknownNumber } from '../shared/written-number.ts';
import { destinationOf, type KnownDestination, unknownDestination } from './destination.ts';
import { isPhpArray, type PhpArray } from './php/php-value.ts';
import { type DestinationType, fieldsOf, notText, notTextMessage, OriginateCallData, shownName } from './schema.ts';
import type { OriginateCallSettings } from './settings.ts';
import { readVariables } from './variables.ts';

/** A request's fields, resolved against its tenant. */
export interface ResolvedRequest {
  readonly dial1: KnownDestination;
  readonly customer: Extract<Destination, { kind: 'number' }>;
  readonly customerName: string;
  readonly reference: string;
  readonly callerId: string | undefined;
  readonly clientInfo: string | undefined;
  readonly variables: CallRequest['variables'];
  /** `async=0`. */
  readonly awaited: boolean;
}

/** Every wrong field is reported, by the vendor's name for it. */
export function resolveRequest(
  params: PhpArray,
  settings: OriginateCallSettings,
  tenant: Tenant,
):
  | { readonly ok: true; readonly value: ResolvedRequest }
  | { readonly ok: false; readonly errors: readonly FieldError[] } {
  const fields = fieldsOf(dataOf(params));
  const { values, errors: shapeErrors } = readFields(OriginateCallData, fields);
  const errors: FieldError[] = [
    ...envelopeErrors(params),
    ...shapeErrors
      .map(({ field, message }) => ({ field: fieldName(field), message }))
      .map(({ field, message }) => ({ field, message: fields[field] === notText ? notTextMessage : message })),
  ];
  const check = checkFields(errors);

  const { type } = values;
  const project = check('project_id', values.project_id, (id) => projectOf(id, settings, tenant));
  const named = check('outbound_trunk', values.outbound_trunk, (name) => trunkByName(name, settings.trunks, tenant));
  const trunk = named ?? project?.trunk ?? tenant.trunks[0];
  const customer = check('caller_id', values.caller_id, (written) => customerOf(written, trunk, tenant));
  const callerId = check('outbound_number', values.outbound_number, (written) =>
    resolveCallerId(restorePlus(written, tenant.numberingPlan), tenant),
  );
  const dial1 = type && check('destination', values.destination, (written) => dial1Of(type, written, settings, tenant));
  const { variables, errors: variableErrors } = readVariables(values.vars ?? new Map(), tenant);
  errors.push(...variableErrors);

  const { caller_id_name: customerName, external_id: reference } = values;
  if (errors.length > 0 || !dial1 || !customer || customerName === undefined || reference === undefined)
    return { ok: false, errors };
  const value = {
    dial1,
    customer,
    customerName,
    reference,
    callerId: callerId ?? tenant.callerIds.default,
    clientInfo: values.external_info,
    variables,
    awaited: values.async === '0' || values.async === 'false',
  };
  return { ok: true, value };
}

const envelope = ['api_username', 'api_password', 'api_hash', 'data'];

/** Beside `data` there may be the credentials, which have been checked, and nothing else. */
function envelopeErrors(params: PhpArray): FieldError[] {
  const unknown = [...params.keys()].filter((name) => !envelope.includes(name));
  const data = params.get('data') ?? null;
  return [
    ...unknown.map((name) => ({ field: shorten(shownName(name)), message: 'is not a known field' })),
    ...(data === null || isPhpArray(data) ? [] : [{ field: 'data', message: 'must hold the fields of the call' }]),
  ];
}

function dataOf(params: PhpArray): PhpArray {
  const data = params.get('data');
  return isPhpArray(data) ? data : new Map();
}

function projectOf(
  id: string,
  { projects }: OriginateCallSettings,
  { trunks }: Tenant,
): Result<{ readonly trunk?: string | undefined }> {
  const value = Object.hasOwn(projects, id) ? projects[id] : undefined;
  if (value === undefined)
    return { ok: false, message: `is not a project of yours${namesThereAre(Object.keys(projects))}` };
  if (value.trunk !== undefined && !trunks.includes(value.trunk))
    return { ok: false, message: 'has a trunk that you do not have' };
  return { ok: true, value };
}

function customerOf(written: string, trunk: string | undefined, tenant: Tenant): Result<ResolvedRequest['customer']> {
  const number = readNumber(restorePlus(written, tenant.numberingPlan), tenant.numberingPlan);
  if (!number.ok) return { ok: false, message: unknownNumber(written, tenant, number) };
  return numberBy(trunk, number.value, tenant);
}

function dial1Of(
  type: DestinationType,
  written: string,
  settings: OriginateCallSettings,
  tenant: Tenant,
): Result<KnownDestination> {
  const value = destinationOf(type, written, settings, tenant);
  return value === undefined ? { ok: false, message: unknownDestination[type] } : { ok: true, value };
}
