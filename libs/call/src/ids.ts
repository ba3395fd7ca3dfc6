import { z } from 'zod';

/**
 * Identifiers: a prefix and a ULID, so that they sort by time, have one length, and none is a prefix of another.
 *
 * The shape of `AttemptId` is forced from three sides: Asterisk 22 compares a new ChannelId with live ones by
 * case-insensitive *prefix* (main/channel.c), BullMQ refuses job ids that hold `:` or are integers, and nothing
 * in it may end an AMI line. Ids are made outside the core, which has no clock and no randomness.
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

/** What makes ids; the clock and the randomness behind it live in the apps. */
export interface Ids {
  callId(): CallId;
  attemptId(): AttemptId;
}

/** A name an operator gives to a tenant, a PBX, a trunk or a sink: lower case, safe in keys, metrics and URLs. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a lower-case name: letters, digits, - and _, 40 at most, such as carrier-1');
