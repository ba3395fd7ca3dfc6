import type { Result } from '@redial/call';
import { bytesOf, depthMax, type PhpArray, type PhpValue, pairsMax } from './php-value.ts';

/**
 * A query or a form's body → PHP's `$_GET`, `$_POST` and `parse_str`. Too many parameters are refused, where PHP would
 * leave some out. Source: php-src, main/php_variables.c.
 */
export function parsePhpQuery(query: string): Result<PhpArray> {
  const params = new Map<string, PhpValue>();
  const pairs = query.split('&').filter((pair) => pair !== '');
  if (pairs.length > pairsMax) return { ok: false, message: `There are more than ${pairsMax} parameters.` };
  for (const pair of pairs) {
    const end = pair.indexOf('=');
    const name = urldecode(end < 0 ? pair : pair.slice(0, end));
    const steps = stepsOf(name);
    if (steps.length > depthMax) return { ok: false, message: `A name has more than ${depthMax} steps.` };
    place(params, steps, end < 0 ? '' : urldecode(pair.slice(end + 1)));
  }
  return { ok: true, value: params };
}

/** `[]`: the next free index. */
type Step = string | undefined;

/** A `%` that starts no escape stands for itself. */
function urldecode(text: string): string {
  const bytes = bytesOf(text.replaceAll('+', ' '));
  return bytes.replaceAll(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** `data[vars][A]` → data, vars, A. Empty: PHP ignores the parameter. */
function stepsOf(written: string): readonly Step[] {
  const [untilNul = ''] = written.split('\0');
  const name = untilNul.replace(/^ +/, '');
  const open = name.indexOf('[');
  const first = mangled(open < 0 ? name : name.slice(0, open));
  if (first === '') return [];
  const steps: Step[] = [first];
  for (let at = open; at >= 0 && name[at] === '['; ) {
    const close = name.indexOf(']', at);
    // A bracket that is not closed is part of the name, or is dropped.
    if (close < 0) return steps.length === 1 ? [mangled(name)] : steps;
    const step = name.slice(at + 1, close);
    steps.push(/^[\t\n\v\f\r ]?$/.test(step) ? undefined : step);
    at = close + 1;
  }
  return steps;
}

/** The names of PHP's variables, once: no space, no dot, no open bracket. */
function mangled(name: string): string {
  return name.replaceAll(/[ .[]/g, '_');
}

function place(params: Map<string, PhpValue>, steps: readonly Step[], value: string): void {
  let array = params;
  for (const [index, step] of steps.entries()) {
    const key = step ?? nextIndex(array);
    if (key === undefined) return;
    if (index === steps.length - 1) {
      array.set(key, value);
      return;
    }
    const there = array.get(key);
    const inner: Map<string, PhpValue> = there instanceof Map ? there : new Map();
    array.set(key, inner);
    array = inner;
  }
}

const intMax = 2n ** 63n - 1n;

/** One more than the greatest key that PHP reads as an integer; undefined if there is none. */
function nextIndex(array: ReadonlyMap<string, PhpValue>): string | undefined {
  const indexes = [...array.keys()]
    .filter((key) => /^(0|-?[1-9][0-9]{0,18})$/.test(key))
    .map(BigInt)
    .filter((index) => index <= intMax && index >= -intMax - 1n);
  const greatest = indexes.reduce((max, index) => (index > max ? index : max), indexes[0] ?? -1n);
  return greatest === intMax ? undefined : String(greatest + 1n);
}
