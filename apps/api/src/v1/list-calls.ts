import type { Tenant } from '@redial/call';
import {
  checkFields,
  type FieldError,
  jsonReply,
  problem,
  readFields,
  readTimestamp,
  restoreOffset,
  v1,
} from '@redial/dialects';
import { type CallQuery, isCallCursor } from '@redial/store';
import { fromStorage } from '../storage/storage-unavailable.ts';
import type { Handler, HandlerPorts } from './handler.ts';

const limitDefault = 50;

/** GET /v1/calls */
export function listCalls({ store }: HandlerPorts): Handler {
  return async ({ tenant, query }) => {
    const read = readQuery(query, tenant);
    if (!read.ok)
      return problem('invalid_request', { detail: 'At least one parameter is wrong.', errors: read.errors });
    const page = await fromStorage(() => store.listCalls(read.query));
    return jsonReply(200, {
      calls: page.calls.map(({ value }) => v1.callSummaryReply(value, tenant)),
      cursor: page.cursor ?? null,
    });
  };
}

type ReadQuery =
  | { readonly ok: true; readonly query: CallQuery }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

function readQuery(query: unknown, tenant: Tenant): ReadQuery {
  const { from: writtenFrom, to: writtenTo, ...others } = (query ?? {}) as Readonly<Record<string, unknown>>;
  const restored = {
    ...others,
    ...(writtenFrom !== undefined && { from: restoreOffset(writtenFrom) }),
    ...(writtenTo !== undefined && { to: restoreOffset(writtenTo) }),
  };
  const { values, errors: shapeErrors } = readFields(v1.ListCalls, restored);
  const errors: FieldError[] = shapeErrors.map(({ field, message }) => ({ field: field.slice(1), message }));
  const check = checkFields(errors);
  const timestamp = (written: string) => readTimestamp(written, tenant.timeZone);
  const from = check('from', values.from, timestamp);
  const to = check('to', values.to, timestamp);
  const { reference, state: status, cursor, limit = limitDefault } = values;
  if (cursor !== undefined && !isCallCursor(cursor)) {
    errors.push({ field: 'cursor', message: 'must be a cursor as an earlier page gave it' });
  }
  if (errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    query: {
      tenantId: tenant.id,
      limit,
      ...(reference !== undefined && { reference }),
      ...(status !== undefined && { status }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(cursor !== undefined && { cursor }),
    },
  };
}
