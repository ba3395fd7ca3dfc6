import { expect, it } from 'vitest';
import { checkFields, fieldName } from './check-fields.ts';
import { type FieldError, pointer } from './field-error.ts';

it('returns the valid values, and reports every other field', () => {
  const errors: FieldError[] = [{ field: 'a', message: 'is required' }];
  const check = checkFields(errors);
  expect(check('b', '7', (written) => ({ ok: true, value: Number(written) }))).toBe(7);
  expect(check('c', 'x', () => ({ ok: false, message: 'is none' }))).toBeUndefined();
  expect(check('d', undefined, () => ({ ok: false, message: 'is never asked for' }))).toBeUndefined();
  expect(check('e', '', () => ({ ok: false, message: 'is empty' }))).toBeUndefined();
  expect(errors).toEqual([
    { field: 'a', message: 'is required' },
    { field: 'c', message: 'is none' },
    { field: 'e', message: 'is empty' },
  ]);
});

it.each(['caller', 'a/b', 'a~b', '~1', ''])('finds the name %j in its pointer', (name) => {
  expect(fieldName(pointer(name))).toBe(name);
});
