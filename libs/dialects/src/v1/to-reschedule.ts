import { type Call, isPlanned, type Tenant } from '@redial/call';
import { checkFields } from '../shared/check-fields.ts';
import { type FieldError, readFields } from '../shared/field-error.ts';
import { readFuture } from '../shared/timestamp.ts';
import { RescheduleCall } from './schema.ts';

type ParsedReschedule =
  | { readonly ok: true; readonly dueAt: number; readonly expiresAt?: number | null }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * `PATCH /v1/calls/{id}` → when the planned attempt is due now, and until when. Absent fields stay as the call has
 * them.
 */
export function toReschedule(body: unknown, call: Call, tenant: Tenant, now: number): ParsedReschedule {
  const { values, errors } = readFields(RescheduleCall, body);
  const check = checkFields(errors);
  const future = (written: string) => readFuture(written, tenant.timeZone, now);
  const start = check('/notBefore', values.notBefore, future);
  const end = values.expiresAt === null ? null : check('/expiresAt', values.expiresAt, future);
  if (errors.length === 0 && values.notBefore === undefined && values.expiresAt === undefined) {
    errors.push({ field: '', message: 'must hold notBefore, expiresAt or both' });
  }
  const dueAt = Math.max(start ?? (isPlanned(call.state) ? call.state.dueAt : now), now);
  const limit = end === undefined ? call.request.expiresAt : end;
  if (errors.length === 0 && limit !== undefined && limit !== null && limit <= dueAt) {
    errors.push({
      field: end == null ? '/notBefore' : '/expiresAt',
      message: 'expiresAt must be later than the next attempt',
    });
  }
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, dueAt, ...(end !== undefined && { expiresAt: end }) };
}
