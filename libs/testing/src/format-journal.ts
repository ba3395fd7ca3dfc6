import type { JournalEntry } from '@redial/asterisk';

/** A journal entry → the text that the dialplan would write. The inverse of `parseJournal`. */
export function formatJournal(entry: JournalEntry): string {
  if (entry.type === 'answered') return `${entry.attemptId}|answered|${seconds(entry.answeredAt)}`;
  if (entry.type === 'dial2') return `${entry.attemptId}|dial2|${entry.uniqueId}`;
  const e = entry.entry;
  return [
    entry.attemptId,
    'ended',
    e.dialStatus,
    e.dial1Cause,
    e.endedBy ?? '',
    e.talkMs,
    e.dialMs,
    seconds(e.answeredAt),
    seconds(e.endedAt),
    e.dial2Cause ?? '',
    e.dial2SipCode === undefined ? (e.dial2Spoke ? 'SIP 100' : '') : `SIP ${e.dial2SipCode}`,
    e.dial2UniqueId ?? '',
    e.ringMs ?? '',
    e.recorded ? '1' : '',
    e.dtmfDigit ?? '',
    e.dial2EndedAt === undefined ? '' : (e.dial2EndedAt / 1000).toFixed(3),
    e.transferred ?? '',
  ].join('|');
}

function seconds(at: number): string {
  return String(Math.floor(at / 1000));
}
