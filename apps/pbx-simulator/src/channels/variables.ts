import type { Channel } from './channel.ts';
import type { PbxCore } from './pbx-core.ts';

export type Assignment = readonly [name: string, value: string];

/**
 * The `Variable` headers of one message, in the order in which Asterisk sets them: the last header first. So of two
 * with one name the first stays. A comma outside brackets and quotes begins another variable.
 */
export function parseVariables(values: readonly string[]): Assignment[] {
  return values.flatMap(splitArguments).flatMap(assignment).toReversed();
}

/** Sets a variable on a channel. Asterisk *executes* a name in function form: that is the danger of unchecked names. */
export function setVariable(core: PbxCore, channel: Channel, [name, value]: Assignment): void {
  const [, functionName, argument = ''] = /^([A-Za-z_]+)\((.*)\)$/.exec(name) ?? [];
  if (functionName === undefined) {
    channel.variables.set(name.replace(/^__?/, ''), value);
    return;
  }
  const [first = '', second = ''] = argument.split(/,(.*)/s, 2);
  if (functionName === 'PJSIP_HEADER' && first === 'add') channel.headers[second] = value;
  if (functionName === 'DB') {
    const [family = '', key = ''] = argument.split(/\/(.*)/s, 2);
    core.astDb.put(family, key, value);
  }
}

function assignment(text: string): Assignment[] {
  const at = text.indexOf('=');
  return at <= 0 ? [] : [[text.slice(0, at), text.slice(at + 1)]];
}

/** main/app.c, __ast_app_separate_args: splits at commas, but not within (), [], "" or after a backslash. */
function splitArguments(text: string): string[] {
  const parts = [''];
  let [parens, brackets, quoted, escaped] = [0, 0, false, false];
  for (const char of text) {
    const last = parts.length - 1;
    if (escaped) {
      parts[last] += char;
      escaped = false;
      continue;
    }
    if (char === '\\') {
      escaped = true;
      continue;
    }
    if (char === '"') {
      quoted = !quoted;
      continue;
    }
    if (char === '(') parens += 1;
    if (char === ')' && parens > 0) parens -= 1;
    if (char === '[') brackets += 1;
    if (char === ']' && brackets > 0) brackets -= 1;
    if (char === ',' && parens === 0 && brackets === 0 && !quoted) parts.push('');
    else parts[last] += char;
  }
  return parts;
}
