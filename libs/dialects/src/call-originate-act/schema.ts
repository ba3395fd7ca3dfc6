import { ringTimeoutSecondsMax, talkLimitSecondsMax } from '@redial/call';
import { z } from 'zod';

/** The vendor writes numbers as strings. A client may leave the quotes out: a whole number keeps all its digits. */
const writtenAs = (allowed: string) => z.union([z.string(), z.int().nonnegative(allowed)], allowed).transform(String);
const Written = writtenAs('a string or a whole number');

const seconds = (max: number) =>
  writtenAs(`whole seconds, 1 to ${max}`)
    .refine((text) => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= max, {
      message: `must be whole seconds, 1 to ${max}`,
      abort: true,
    })
    .transform(Number);

/** The vendor's body, without its empty texts and nulls: they are no values. */
export const OriginatedCall = z.strictObject({
  caller: Written,
  callee: Written,
  context: Written,
  caller_id: Written,
  trunk_name: Written.optional(),
  timeout: seconds(ringTimeoutSecondsMax).optional(),
  call_limit: seconds(talkLimitSecondsMax).optional(),
});
export type OriginatedCall = z.infer<typeof OriginatedCall>;

export const timeoutSecondsDefault = 30;
