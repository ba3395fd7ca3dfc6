import { z } from 'zod';

/**
 * Identifiers: a prefix and 26 characters in the alphabet of a ULID (Crockford's base 32). So they sort by time, have
 * one length, and none is a prefix of another. The characters are 10 of time (epoch ms), 2 of the shard, 14 of
 * randomness.
 *
 * The shard is the part of the store that holds everything of a call. A call's attempts have the shard of their call:
 * an AMI event or a result names only the attempt, and its record must be found. Today there is one shard, `00`.
 *
 * The shape of `AttemptId` has three reasons. Asterisk 22 compares a new ChannelId with live ones by case-insensitive
 * *prefix* (main/channel.c). BullMQ refuses job ids that hold `:` or are integers. No character may end an AMI line.
 * Ids are made outside the core, which has no clock and no randomness.
 */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

export const CallId = z
  .string()
  .regex(new RegExp(`^call_${ulid}$`))
  .brand<'CallId'>();
export type CallId = z.infer<typeof CallId>;

export const AttemptId = z
  .string()
  .regex(new RegExp(`^att_${ulid}$`))
  .brand<'AttemptId'>();
export type AttemptId = z.infer<typeof AttemptId>;

/** Shards that two characters can name. */
const shardsMax = 1_024;

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const shardLength = 2;

/** The shard in which everything of this call, or of this attempt's call, lies. */
export function shardOf(id: CallId | AttemptId): number {
  const start = id.indexOf('_') + 1 + timeLength;
  const [high = 0, low = 0] = [...id.slice(start, start + shardLength)].map((digit) => alphabet.indexOf(digit));
  return high * alphabet.length + low;
}

/** A ULID with `shard` in its place: it sorts by time as before, and loses 10 of its 80 random bits. */
export function inShard(ulid: string, shard: number): string {
  if (!Number.isInteger(shard) || shard < 0 || shard >= shardsMax) throw new RangeError(`there is no shard ${shard}`);
  const digits = `${alphabet[Math.floor(shard / alphabet.length)]}${alphabet[shard % alphabet.length]}`;
  return ulid.slice(0, timeLength) + digits + ulid.slice(timeLength + shardLength);
}

/** What makes ids; the clock and the randomness behind it live in the apps. */
export interface Ids {
  callId(): CallId;
  /** In the shard of its call. */
  attemptId(call: CallId): AttemptId;
}

/** A name an operator gives to a tenant, a PBX, a trunk or a sink: lower case, safe in keys, metrics and URLs. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a lower-case name: letters, digits, - and _, 40 at most, such as carrier-1');
