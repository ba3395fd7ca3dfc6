import { maskNumber } from '@redial/call';
import { stdSerializers } from 'pino';

/** Fields that never reach a log, whatever their value; compared without case, `-` and `_`. */
const secretField = /(^|set)cookie$|authorization$|password$|^pass$|secrets?$|token$|api(key|hash)$|signature$/;
/** Seven or more digits that stand alone. Digits inside an id, a hash, a decimal number or a version stay. */
const numberLike = /(?<![\p{L}\p{N}_.])\+?[0-9]{7,}(?![\p{L}\p{N}_]|\.[0-9])/gu;
/** Redis quotes an unknown command with its arguments. Of a renamed HELLO these include the password. */
const quotedArguments = /(with args beginning with: ).*/g;
const depthMax = 6;
const itemsMax = 100;

/**
 * A log line's fields without secrets and with masked phone numbers, at every depth. Only strings are masked: counts
 * and instants are numbers. Class instances (sockets, requests) are left to pino's serialisers. Errors keep type,
 * message and stack, masked. Of a Redis command only the name stays.
 */
export function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  return cleanFields(fields, 0);
}

/** A text with every phone number in it masked. */
export function maskText(text: string): string {
  return text.replace(quotedArguments, '$1[left out]').replace(numberLike, (number) => maskNumber(number));
}

function cleanFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isSecretField(name) && value !== undefined ? '[left out]' : clean(value, depth + 1),
    ]),
  );
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > depthMax) return '[too deep]';
  if (value instanceof Error) return cleanError(stdSerializers.err(value), depth);
  // pino has serialised errors within an error along with it.
  if (Object.getPrototypeOf(value) === serializedError) return cleanError(value, depth);
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => clean(item, depth + 1));
  return isPlain(value) ? cleanFields(value, depth) : value;
}

const serializedError: unknown = Object.getPrototypeOf(stdSerializers.err(new Error()));

/**
 * ioredis attaches the command with all arguments to its error: the password of a HELLO, the whole record of a script.
 */
function cleanError(error: object, depth: number): Record<string, unknown> {
  const { command, ...fields } = error as { readonly command?: { readonly name?: unknown } };
  return cleanFields({ ...fields, ...(command && { command: { name: command.name } }) }, depth);
}

function isSecretField(name: string): boolean {
  return secretField.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
