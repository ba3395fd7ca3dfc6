import type { AttemptId, JournalEnded } from '@redial/call';
import { attemptIdOf } from '../attempt-id-of.ts';

/**
 * One entry of the PBX journal. infra/asterisk/redial.conf writes it to `DB(redial/<slot>)`, and sends it as the
 * `Journal` header of a UserEvent called RedialAttempt.
 *
 *     <attempt>|answered|<epoch s>|<dial1's present Uniqueid>
 *     <attempt>|ended|<DIALSTATUS>|<dial1 HANGUPCAUSE>|<dial1 or dial2: who hung up first, or empty>|<talk ms>|<dial ms>
 *       |<answered, epoch s.ms>|<ended, epoch s.ms>|<dial2 Q.850 cause>|<dial2 tech code, e.g. SIP 486 Busy Here>
 *       |<dial2 Uniqueid>|<ring ms>|<1: recorded>|<DTMF digit>|<dial2 ended, epoch s.ms>
 *       |<dial1 or dial2: who was transferred>
 *
 * Every field behind `ended` may be empty, except the two instants. Those may have fractions. Older dialplans omit the
 * last fields; fields that a later dialplan adds behind these are ignored. A third form comes in the event alone, where
 * the order requests it. It is never in the database:
 *
 *     <attempt>|dial2|<dial2 Uniqueid>
 */
export type JournalEntry =
  | {
      readonly attemptId: AttemptId;
      readonly type: 'answered';
      readonly answeredAt: number;
      readonly uniqueId?: string;
    }
  | { readonly attemptId: AttemptId; readonly type: 'dial2'; readonly uniqueId: string }
  | { readonly attemptId: AttemptId; readonly type: 'ended'; readonly entry: JournalEnded };

export const journalFamily = 'redial';
export const journalEvent = 'RedialAttempt';

/** An entry's text → the entry. Undefined for any other text. */
export function parseJournal(text: string): JournalEntry | undefined {
  const [id, type, ...fields] = text.split('|');
  const attemptId = attemptIdOf(id);
  if (attemptId === undefined) return undefined;
  if (type === 'answered') {
    const answeredAt = instant(fields[0]);
    // Its own id, unless another channel had taken its place.
    const uniqueId = fields[1];
    const isOther = uniqueId !== undefined && uniqueId !== '' && uniqueId !== id;
    return answeredAt === undefined ? undefined : { attemptId, type, answeredAt, ...(isOther && { uniqueId }) };
  }
  if (type === 'dial2') return fields[0] ? { attemptId, type, uniqueId: fields[0] } : undefined;
  if (type !== 'ended') return undefined;
  const entry = parseEnded(fields);
  return entry === undefined ? undefined : { attemptId, type, entry };
}

function parseEnded(fields: readonly string[]): JournalEnded | undefined {
  const [
    status,
    cause,
    by,
    talk,
    dial,
    answered,
    ended,
    dial2Cause,
    dial2Tech,
    dial2Id,
    ring,
    recorded,
    key,
    ...later
  ] = fields;
  const [dial2Ended, transferred] = later;
  if (status === undefined || !/^[A-Z_]*$/.test(status) || !/^(dial1|dial2)?$/.test(by ?? '')) return undefined;
  const numbers = [count(cause), duration(talk), duration(dial), count(dial2Cause), duration(ring)];
  if (numbers.some(Number.isNaN)) return undefined;
  const answeredAt = instant(answered);
  const endedAt = instant(ended);
  const dial2EndedAt = instant(dial2Ended);
  if (answeredAt === undefined || endedAt === undefined) return undefined;
  const [dial1Cause = 0, talkMs = 0, dialMs = 0, ownCause, ringMs] = numbers;
  const sipCode = sipCodeOf(dial2Tech);
  return {
    dialStatus: status,
    dial1Cause,
    ...(by !== '' && { endedBy: by as 'dial1' | 'dial2' }),
    talkMs,
    dialMs,
    ...(ringMs !== undefined && { ringMs }),
    answeredAt,
    endedAt,
    ...(ownCause !== undefined && { dial2Cause: ownCause }),
    ...(sipCode !== undefined && { dial2SipCode: sipCode }),
    ...(dial2Tech !== undefined && dial2Tech !== '' && { dial2Spoke: true as const }),
    ...(dial2Id !== undefined && dial2Id !== '' && { dial2UniqueId: dial2Id }),
    ...(recorded === '1' && { recorded: true as const }),
    ...(key !== undefined && /^[0-9]$/.test(key) && { dtmfDigit: key }),
    ...(dial2EndedAt !== undefined && { dial2EndedAt }),
    ...((transferred === 'dial1' || transferred === 'dial2') && { transferred }),
  };
}

/**
 * `SIP 486 Busy Here`, or the bare code of Hangup's TechCause. Undefined for other technologies, for no code, and for
 * a provisional code. A phone that kept ringing ends with 180, which is not how the leg ended.
 */
export function sipCodeOf(techCause: string | undefined): number | undefined {
  const code = /^(?:SIP )?([2-6][0-9]{2})(?![0-9])/.exec(techCause ?? '')?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Undefined for an empty field, NaN for a field that is no whole number. */
function count(field: string | undefined): number | undefined {
  if (field === undefined || field === '') return undefined;
  return /^[0-9]{1,15}$/.test(field) ? Number(field) : Number.NaN;
}

/**
 * The dialplan's difference of two instants. It is below zero where the PBX's clock was set back in between, and counts
 * as zero then.
 */
function duration(field: string | undefined): number | undefined {
  return /^-[0-9]{1,15}$/.test(field ?? '') ? 0 : count(field);
}

/** Epoch seconds, with or without a fraction, → epoch ms. */
function instant(field: string | undefined): number | undefined {
  return field !== undefined && /^[0-9]{1,11}(\.[0-9]{1,6})?$/.test(field)
    ? Math.round(Number(field) * 1000)
    : undefined;
}
