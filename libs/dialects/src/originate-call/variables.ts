import { type CallRequest, namesThereAre, type Tenant, VariableValue } from '@redial/call';
import { type FieldError, shorten } from '../shared/field-error.ts';
import type { PhpArray } from './php/php-value.ts';
import { fieldsOf, notText, notTextMessage } from './schema.ts';

interface ReadVariables {
  readonly variables: CallRequest['variables'];
  readonly errors: readonly FieldError[];
}

/** `vars` → channel variables. Only names on the tenant's list are set: any other name would be a way into the PBX. */
export function readVariables(vars: PhpArray, { variables: allowed }: Tenant): ReadVariables {
  const notListed = `is not a variable that you may set${namesThereAre(allowed)}`;
  const read = Object.entries(fieldsOf(vars)).map(([name, written]) => {
    const error = (message: string): FieldError => ({ field: `vars[${shorten(name)}]`, message });
    if (!allowed.includes(name)) return { error: error(notListed) };
    if (written === notText) return { error: error(notTextMessage) };
    if (typeof written !== 'string') return { error: error('must be a string') };
    const value = VariableValue.safeParse(written);
    if (!value.success) return { error: error(`must be ${value.error.issues[0]?.message}`) };
    return { variable: [name, value.data] as const };
  });
  return {
    variables: Object.fromEntries(read.flatMap(({ variable }) => (variable === undefined ? [] : [variable]))),
    errors: read.flatMap(({ error }) => (error === undefined ? [] : [error])),
  };
}
