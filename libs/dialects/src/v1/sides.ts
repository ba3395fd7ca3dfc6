import { areBothMessages, areSame, type Destination, namesThereAre, type Tenant } from '@redial/call';
import { type FieldError, pointer } from '../shared/field-error.ts';
import { readDestination, readInContext } from '../shared/written-number.ts';
import type { CreateCall } from './schema.ts';

export interface Sides {
  readonly dial1?: Destination;
  readonly dial2?: Destination;
  readonly errors: readonly FieldError[];
}

/** Whom a call connects, and by which way: both sides as far as they can be understood, and everything that is wrong with them. */
export function readSides(
  { dial1: written1, dial2: written2, dial1Context: context, trunk }: Partial<CreateCall>,
  tenant: Tenant,
): Sides {
  const errors: FieldError[] = [];
  const wrong = (field: string, message: string): undefined => {
    errors.push({ field: pointer(field), message });
  };
  const knowsTrunk = trunk === undefined || tenant.trunks.includes(trunk);
  if (!knowsTrunk) wrong('trunk', `is not a trunk of yours${namesThereAre(tenant.trunks)}`);
  const knowsContext = context === undefined || tenant.contexts.includes(context);
  if (!knowsContext) wrong('dial1Context', `is not a context of yours${namesThereAre(tenant.contexts)}`);

  const read = (field: 'dial1' | 'dial2', written: string | undefined, by?: string): Destination | undefined => {
    if (written === undefined) return undefined;
    const resolved =
      by === undefined
        ? readDestination(written, tenant, knowsTrunk ? trunk : undefined)
        : readInContext(written, by, tenant);
    return resolved.ok ? resolved.destination : wrong(field, resolved.message);
  };
  // Without its context nobody can say what dial1 means.
  const dial1 = knowsContext ? read('dial1', written1, context) : undefined;
  const dial2 = read('dial2', written2);
  if (dial1 && dial2 && areSame(dial1, dial2)) wrong('dial2', 'is dial1 again: a call connects two');
  if (dial1 && dial2 && areBothMessages(dial1, dial2, tenant)) wrong('dial2', 'is a message, and so is dial1');
  return { ...(dial1 && { dial1 }), ...(dial2 && { dial2 }), errors };
}
