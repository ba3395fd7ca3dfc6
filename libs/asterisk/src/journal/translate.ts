import type { AttemptId, AttemptSignal } from '@redial/call';
import type { AmiPacket } from '../ami/ami-packet.ts';
import { attemptIdOf } from '../attempt-id-of.ts';
import { journalEvent, parseJournal, sipCodeOf } from './journal.ts';

type Translation =
  | { readonly attemptId: AttemptId; readonly signal: AttemptSignal }
  /** It concerns Redial and cannot be read. For log and metric. */
  | { readonly anomaly: string };

/** The events that state something about an attempt. No other event is parsed. */
export const translatedEvents: ReadonlySet<string> = new Set([
  'OriginateResponse',
  'Hangup',
  'Newstate',
  'DialState',
  'DialEnd',
  'UserEvent',
]);

/**
 * An AMI event → the fact that it states about an attempt. Undefined where it states none. `at`: when it came, epoch
 * ms.
 */
export function translate(packet: AmiPacket, at: number): Translation | undefined {
  switch (packet.name) {
    case 'OriginateResponse':
      return translateOriginateResponse(packet, at);
    case 'Hangup':
      return translateHangup(packet, at);
    case 'Newstate':
      return translateNewstate(packet, at);
    case 'DialState':
      return translateDialState(packet, at);
    case 'DialEnd':
      return translateDialEnd(packet, at);
    case 'UserEvent':
      return translateUserEvent(packet, at);
    default:
      return undefined;
  }
}

/** Keyed by ActionID: the Uniqueid of a refused duplicate belongs to the earlier channel. */
function translateOriginateResponse(packet: AmiPacket, at: number): Translation | undefined {
  const attemptId = attemptIdOf(packet.get('ActionID'));
  if (attemptId === undefined) return undefined;
  const response = packet.get('Response');
  const uniqueId = packet.get('Uniqueid');
  // Another channel has taken its place: a pickup, a forward.
  const isOther = uniqueId !== undefined && uniqueId !== '' && uniqueId !== attemptId;
  if (response === 'Success') return { attemptId, signal: { type: 'answered', at, ...(isOther && { uniqueId }) } };
  const reason = wholeNumber(packet.get('Reason'));
  if (response !== 'Failure' || reason === undefined) {
    return { anomaly: `OriginateResponse ${response} with Reason ${packet.get('Reason')}` };
  }
  return { attemptId, signal: { type: 'originate_failed', at, reason } };
}

function translateHangup(packet: AmiPacket, at: number): Translation | undefined {
  const attemptId = attemptIdOf(packet.get('Linkedid'));
  const uniqueId = packet.get('Uniqueid');
  // dial1 keeps our id in both. Linked to another call (a transfer), its own id still counts.
  const own = attemptIdOf(uniqueId);
  const concerned = own ?? attemptId;
  if (concerned === undefined || uniqueId === undefined) return undefined;
  const cause = wholeNumber(packet.get('Cause'));
  if (cause === undefined) return { anomaly: `Hangup with Cause ${packet.get('Cause')}` };
  const sipCode = sipCodeOf(packet.get('TechCause'));
  const facts = { at, cause, ...(sipCode !== undefined && { sipCode }) };
  // State 5: it was ringing when it ended. An observer that missed the beginning learns of it here.
  const rang = packet.get('ChannelState') === '5';
  const channel = packet.get('Channel') ?? '';
  // The remains of a channel whose place another channel has taken.
  const replaced = channel.endsWith('<ZOMBIE>') && { replaced: true as const };
  if (own !== undefined) return { attemptId: own, signal: { type: 'dial1_ended', ...facts, rang, ...replaced } };
  if (replaced) return undefined;
  // The halves of a Local channel are internal to Asterisk, never a phone.
  const isLocal = channel.startsWith('Local/') && { isLocal: true as const };
  return { attemptId: concerned, signal: { type: 'dial2_ended', ...facts, uniqueId, ...isLocal } };
}

function translateNewstate(packet: AmiPacket, at: number): Translation | undefined {
  // 5: the far end rings. 4 would be a channel that calls us.
  if (packet.get('ChannelState') !== '5') return undefined;
  const attemptId = attemptIdOf(packet.get('Uniqueid'));
  return attemptId && { attemptId, signal: { type: 'rang', at } };
}

/** Early media, 183: a carrier that plays its own ringing. The channel's state does not show it. */
function translateDialState(packet: AmiPacket, at: number): Translation | undefined {
  if (packet.get('DialStatus') !== 'PROGRESS') return undefined;
  const attemptId = attemptIdOf(packet.get('DestUniqueid'));
  return attemptId && { attemptId, signal: { type: 'rang', at } };
}

/** Asterisk leaves dial1's channel for the target of a forward. That channel's Hangup may or may not have the 3xx. */
function translateDialEnd(packet: AmiPacket, at: number): Translation | undefined {
  if (!packet.get('Forward')) return undefined;
  const attemptId = attemptIdOf(packet.get('DestUniqueid'));
  return attemptId && { attemptId, signal: { type: 'dial1_forwarded', at } };
}

function translateUserEvent(packet: AmiPacket, at: number): Translation | undefined {
  if (packet.get('UserEvent') !== journalEvent) return undefined;
  const journal = parseJournal(packet.get('Journal') ?? '');
  if (journal === undefined) return { anomaly: `${journalEvent} with a journal entry of another form` };
  const { attemptId } = journal;
  switch (journal.type) {
    case 'answered':
      return { attemptId, signal: { type: 'answered', at } };
    case 'dial2':
      return { attemptId, signal: { type: 'dial2_created', at, uniqueId: journal.uniqueId } };
    case 'ended':
      return { attemptId, signal: { type: 'journal_ended', at, entry: journal.entry } };
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}
