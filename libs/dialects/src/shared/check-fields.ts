import type { Result } from '@redial/call';
import type { FieldError } from './field-error.ts';

/** Undefined if there is no text, or if it is refused. The message of a refusal continues the field's name. */
type CheckField = <T>(
  field: string,
  written: string | undefined,
  read: (written: string) => Result<T>,
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
