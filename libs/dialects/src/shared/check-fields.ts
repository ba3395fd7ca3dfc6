import type { FieldError } from './field-error.ts';

/** What a field's text means to its tenant, or why nothing. `message` goes on from the field's name. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Undefined where there is no text, or a wrong one. */
export type CheckField = <T>(
  field: string,
  written: string | undefined,
  read: (written: string) => Checked<T>,
) => T | undefined;

/** Fields are checked one by one: what is wrong goes to `errors`, and hides nothing that comes after it. */
export function checkFields(errors: FieldError[]): CheckField {
  return (field, written, read) => {
    if (written === undefined) return undefined;
    const checked = read(written);
    if (checked.ok) return checked.value;
    errors.push({ field, message: checked.message });
    return undefined;
  };
}

/** A JSON pointer of one step → the field's name, for a vendor who knows no pointers. */
export function fieldName(pointer: string): string {
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}
