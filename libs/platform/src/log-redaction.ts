import { maskNumber } from '@redial/call';
import { stdSerializers } from 'pino';

/** Fields that never reach a log, whatever they hold; compared without case, `-` and `_`. */
const secretField = /(^|set)cookie$|authorization$|password$|^pass$|secrets?$|token$|api(key|hash)$|signature$/;
/** Seven or more digits that stand alone. Digits inside an id, a hash, a decimal number or a version are left as they are. */
const numberLike = /(?<![\p{L}\p{N}_.])\+?[0-9]{7,}(?![\p{L}\p{N}_]|\.[0-9])/gu;
const depthMax = 6;
const itemsMax = 100;

/**
 * A log line's fields without secrets and with masked phone numbers, at every depth. Strings alone are masked: counts and instants
 * are numbers. Objects of a class (sockets, requests) are left to pino's serialisers; errors keep type, message and stack, masked.
 */
export function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  return cleanFields(fields, 0);
}

/** A text with every phone number in it masked. */
export function maskText(text: string): string {
  return text.replace(numberLike, (number) => maskNumber(number));
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
  if (value instanceof Error) return cleanFields(stdSerializers.err(value), depth);
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => clean(item, depth + 1));
  return isPlain(value) ? cleanFields(value, depth) : value;
}

function isSecretField(name: string): boolean {
  return secretField.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
