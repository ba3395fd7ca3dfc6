import type { ParameterName, Parameters, Reject } from './parameters.ts';

export const replyFormats = ['text', 'html', 'xml', 'json'] as const;
export type ReplyFormat = (typeof replyFormats)[number];

/** The form of the answer that the client requests. */
interface ResponseOptions {
  /** `Response=yes`: the client waits for dial1's outcome. */
  readonly awaited: boolean;
  /** `showUID=yes`: with both legs' unique ids. */
  readonly withIds: boolean;
}

/** `Response`, `showUID` and `RFormat`, in any case. A wrong value counts as absent. */
export function readResponseOptions(values: Parameters, reject: Reject): ResponseOptions {
  const { RFormat, Response } = values;
  if (RFormat !== undefined && !isFormat(RFormat.toLowerCase()))
    reject('RFormat', `must be one of ${replyFormats.join(', ')}`);
  const awaited = readYes('Response', values, reject);
  const withIds = readYes('showUID', values, reject);
  // A wrong Response has been reported already.
  if (withIds && !awaited && isNo(Response)) reject('showUID', 'needs Response=yes');
  return { awaited, withIds };
}

/** The format of every answer, errors included. Text if it is absent or wrong. */
export function formatOf({ RFormat }: Parameters): ReplyFormat {
  const written = RFormat?.toLowerCase();
  return written !== undefined && isFormat(written) ? written : 'text';
}

function readYes(name: Extract<ParameterName, 'Response' | 'showUID'>, values: Parameters, reject: Reject): boolean {
  const written = values[name];
  if (isNo(written)) return false;
  if (written?.toLowerCase() === 'yes') return true;
  reject(name, 'must be yes or no');
  return false;
}

function isNo(written: string | undefined): boolean {
  return written === undefined || written.toLowerCase() === 'no';
}

function isFormat(written: string): written is ReplyFormat {
  return (replyFormats as readonly string[]).includes(written);
}
