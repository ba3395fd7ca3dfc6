import { areBothAnnouncements, areSame, type Destination, namesThereAre, type Tenant } from '@redial/call';
import { checkFields } from '../shared/check-fields.ts';
import { type FieldError, pointer } from '../shared/field-error.ts';
import { readDestination, readInContext } from '../shared/written-number.ts';
import type { CreateCall } from './schema.ts';

export interface Sides {
  readonly dial1?: Destination;
  readonly dial2?: Destination;
  readonly errors: readonly FieldError[];
}

/** The two sides of a call, as far as they are right, and the errors of both. */
export function readSides(
  { dial1: written1, dial2: written2, dial1Context: context, trunk }: Partial<CreateCall>,
  tenant: Tenant,
): Sides {
  const errors: FieldError[] = [];
  const check = checkFields(errors);
  const wrong = (field: string, message: string): void => {
    errors.push({ field: pointer(field), message });
  };
  const knowsTrunk = trunk === undefined || tenant.trunks.includes(trunk);
  if (!knowsTrunk) wrong('trunk', `is not a trunk of yours${namesThereAre(tenant.trunks)}`);
  const knowsContext = context === undefined || tenant.contexts.includes(context);
  if (!knowsContext) wrong('dial1Context', `is not a context of yours${namesThereAre(tenant.contexts)}`);

  const read = (written: string) => readDestination(written, tenant, knowsTrunk ? trunk : undefined);
  const readDial1 = (written: string) =>
    context === undefined ? read(written) : readInContext(written, context, tenant);
  // The meaning of dial1 depends on its context.
  const dial1 = knowsContext ? check('/dial1', written1, readDial1) : undefined;
  const dial2 = check('/dial2', written2, read);
  if (dial1 && dial2 && areSame(dial1, dial2)) wrong('dial2', 'is dial1 again: a call connects two');
  if (dial1 && dial2 && areBothAnnouncements(dial1, dial2, tenant))
    wrong('dial2', 'is an announcement, and so is dial1');
  return { ...(dial1 && { dial1 }), ...(dial2 && { dial2 }), errors };
}
