import type { Result } from '@redial/call';

/** An action as its headers, in order. The link adds the ActionID. A header may come more than once. */
export type AmiAction = readonly [
  readonly ['Action', string],
  ...(readonly (readonly [name: string, value: string])[]),
];

/**
 * Asterisk's own limits (main/manager.c). Beyond them it answers with an error, or truncates. Bytes of a line without
 * its end.
 */
const lineBytesMax = 1_022;
export const mostHeaders = 128;

// A CR LF in a value adds headers or runs a second action, and so does a bare LF. NUL ends the line early.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const headerName = /^[A-Za-z][A-Za-z0-9-]*$/;

/** Headers → the text to send, or the reason why it must not be sent. */
export function formatAction(action: AmiAction, actionId: string): Result<string> {
  const [first, ...others] = action;
  const headers = [first, ['ActionID', actionId] as const, ...others];
  if (headers.length > mostHeaders) return refused(`more than ${mostHeaders} headers`);
  const lines: string[] = [];
  for (const [name, value] of headers) {
    if (!headerName.test(name)) return refused('a header name holds other characters than letters, digits and -');
    if (controlCharacter.test(value)) return refused(`${name} holds a control character`);
    const line = `${name}: ${value}`;
    if (Buffer.byteLength(line) > lineBytesMax) return refused(`${name} is longer than ${lineBytesMax} bytes`);
    lines.push(line);
  }
  return { ok: true, value: lines.join('\r\n') };
}

/** Whether a text is unsafe to send to AMI. */
export function hasControlCharacter(text: string): boolean {
  return controlCharacter.test(text);
}

function refused(message: string): Result<never> {
  return { ok: false, message };
}
