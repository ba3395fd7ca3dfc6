import type { AttemptId } from '@redial/call';
import type { AmiLink, AmiReply } from '../ami/ami-link.ts';
import type { AmiPacket } from '../ami/ami-packet.ts';
import type { Finding, ReconcileQuestion } from '../pbx.ts';
import { type JournalEntry, journalFamily, parseJournal } from './journal.ts';

interface ReconcileContext {
  readonly link: Pick<AmiLink, 'sendForList'>;
  /** The PBX's present start time. It cannot change within a session: a restart ends the session. */
  readonly pbxStartedAt: string;
  readonly now: () => number;
  readonly onAnomaly: (what: string) => void;
}

/**
 * Finds an attempt's state by the PBX's three sources: the live channel, the journal, the start time. Undefined: the
 * PBX could not be reached, or its answer was unclear.
 *
 * The channel is queried first. It lives until its hang-up handler has written the journal. So a missing channel and a
 * later read of the journal cannot both miss an answered attempt.
 */
export async function reconcile(question: ReconcileQuestion, context: ReconcileContext): Promise<Finding | undefined> {
  const { link, now } = context;
  const { attemptId, slot, dial1 = attemptId, dial2 } = question;

  const channel = await statusOf(dial2 ?? dial1, context);
  if (channel === undefined) return undefined;
  if (channel !== 'none') {
    return dial2 === undefined ? found(channel, attemptId, now()) : { type: 'dial2_found', at: now() };
  }
  const journal = await readJournal(slot, attemptId, context);
  if (journal === undefined) return undefined;
  const pbxRestarted = context.pbxStartedAt !== question.pbxStartedAt;
  if (dial2 !== undefined) {
    // Where it went on without dial1 and is gone, the entry has the time of its end.
    return journal !== 'none' && journal.type === 'ended' && journal.entry.dial2EndedAt !== undefined
      ? { type: 'journal_ended', at: now(), entry: journal.entry }
      : { type: 'dial2_gone', at: now() };
  }
  if (journal === 'none') return { type: 'missing', at: now(), pbxRestarted };
  if (journal.type === 'ended') return { type: 'journal_ended', at: now(), entry: journal.entry };
  // dial1 has answered, and its end is not written: another channel may have taken its place.
  const other = journal.type === 'answered' ? journal.uniqueId : undefined;
  const named = other === undefined || other === dial1 ? 'none' : await statusOf(other, context);
  if (named === undefined) return undefined;
  if (named !== 'none') return found(named, attemptId, now());
  const present = pbxRestarted ? undefined : await findByAttempt(attemptId, link);
  if (present !== undefined) return found(present, attemptId, now());
  // `dial2` is never in the database. If it were, dial1 has answered.
  const answeredAt = journal.type === 'answered' ? journal.answeredAt : now();
  return { type: 'journal_answered', at: now(), answeredAt, pbxRestarted };
}

function unexpected(action: string, reply: Answered, { onAnomaly }: ReconcileContext): undefined {
  onAnomaly(`${action} was answered ${reply.response.name}: ${reply.response.get('Message') ?? ''}`);
  return undefined;
}

/** Undefined: the PBX could not be reached. */
async function statusOf(uniqueId: string, context: ReconcileContext): Promise<Living | 'none' | undefined> {
  const reply = await context.link.sendForList([
    ['Action', 'Status'],
    ['Channel', uniqueId],
    ['Variables', 'SHARED(REDIAL_DIAL2_ENDED)'],
  ]);
  if (reply.type !== 'answered') return undefined;
  // Asterisk 22 finds channels by prefix. Our ids have one length, but the result is checked all the same.
  const status = reply.events.find((event) => event.get('Uniqueid') === uniqueId);
  if (status !== undefined) return living(status);
  return isSuccess(reply) || isMissing(reply, /no such channel/i) ? 'none' : unexpected('Status', reply, context);
}

async function readJournal(
  slot: number,
  attemptId: AttemptId,
  context: ReconcileContext,
): Promise<JournalEntry | 'none' | undefined> {
  const { now, onAnomaly } = context;
  const reply = await context.link.sendForList([
    ['Action', 'DBGet'],
    ['Family', journalFamily],
    ['Key', String(slot)],
  ]);
  if (reply.type !== 'answered') return undefined;
  if (isMissing(reply, /not found/i)) return 'none';
  if (!isSuccess(reply)) return unexpected('DBGet', reply, context);
  const text = reply.events.find((event) => event.name === 'DBGetResponse')?.get('Val') ?? '';
  const entry = parseJournal(text);
  if (entry === undefined) {
    onAnomaly(`journal slot ${slot} holds an entry of another form`);
    // Unreadable, but ours: only an answered dial1 writes an entry, and "missing" would dial it again.
    if (text.startsWith(`${attemptId}|`)) return { type: 'answered', attemptId, answeredAt: now() };
  }
  // The slot has been reused by another attempt since, or has no entry of this one yet.
  return entry?.attemptId === attemptId ? entry : 'none';
}

/** A channel as `Status` shows it. */
interface Living {
  readonly uniqueId: string;
  /** 6: up. Of a channel that we originated, this is dial1's answer. */
  readonly up: boolean;
  readonly dial2Ended: boolean;
}

function living(status: AmiPacket): Living {
  const ended = status.all('Variable').find((text) => text.startsWith('SHARED(REDIAL_DIAL2_ENDED)='));
  return {
    uniqueId: status.get('Uniqueid') ?? '',
    up: status.get('ChannelState') === '6',
    dial2Ended: /=[0-9]/.test(ended ?? ''),
  };
}

function found({ uniqueId, up, dial2Ended }: Living, attemptId: AttemptId, at: number): Finding {
  return {
    type: 'channel_found',
    at,
    up,
    ...(uniqueId !== attemptId && { uniqueId }),
    ...(dial2Ended && { dial2Ended }),
  };
}

/**
 * The channel that has taken dial1's place, found by the variable that every dial1 has. Undefined: there is none, or
 * the PBX could not be reached. The query reads every channel of the PBX, so it runs only where an id was not found.
 */
export async function findByAttempt(
  attemptId: AttemptId,
  link: Pick<AmiLink, 'sendForList'>,
): Promise<Living | undefined> {
  const reply = await link.sendForList([
    ['Action', 'Status'],
    ['Variables', 'REDIAL_ATTEMPT,SHARED(REDIAL_DIAL2_ENDED)'],
  ]);
  if (reply.type !== 'answered') return undefined;
  const ours = reply.events.filter((event) => event.all('Variable').includes(`REDIAL_ATTEMPT=${attemptId}`));
  // A channel that inherited the variable is no dial1. dial1 is in our context, unless it was transferred.
  const status = ours.find((event) => event.get('Context') === 'redial') ?? ours[0];
  return status && living(status);
}

type Answered = Extract<AmiReply, { type: 'answered' }>;

function isSuccess(reply: Answered): boolean {
  return reply.response.name === 'Success';
}

function isMissing(reply: Answered, message: RegExp): boolean {
  return reply.response.name === 'Error' && message.test(reply.response.get('Message') ?? '');
}
