import type { FieldError } from './field-error.ts';

/** The value of a text for its tenant, or why it has none. `message` continues the field's name. */
export type Checked<T> = { readonly ok: true; readonly value: T } | Rejected;

export interface Rejected {
  readonly ok: false;
  readonly message: string;
}

/** Undefined where there is no text, or it is rejected. */
export type CheckField = <T>(
  field: string,
  written: string | undefined,
  read: (written: string) => Checked<T>,
) => T | undefined;

/** Fields are checked one by one: an error goes to `errors`, and hides none of the errors that follow. */
export function checkFields(errors: FieldError[]): CheckField {
  return (field, written, read) => {
    if (written === undefined) return undefined;
    const checked = read(written);
    if (checked.ok) return checked.value;
    errors.push({ field, message: checked.message });
    return undefined;
  };
}

/** A JSON pointer of one step → the field's name, for a vendor that knows no pointers. */
export function fieldName(pointer: string): string {
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}
