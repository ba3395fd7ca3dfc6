import type { AmiLink, AmiReply } from './ami-link.ts';
import { journalFamily, parseJournal } from './journal.ts';
import type { Finding, LookUpQuestion } from './pbx.ts';

export interface LookUpContext {
  readonly link: Pick<AmiLink, 'sendForList'>;
  /** The PBX's word for its present start. It cannot change under a session: the session would end with the process. */
  readonly boot: string;
  readonly now: () => number;
  readonly onOdd: (what: string) => void;
}

/**
 * What the PBX knows of an attempt, by its three witnesses: the live channel, the journal, its own start.
 * Undefined: it could not be asked, or answered neither yes nor no.
 *
 * The channel is asked first. It lives until after its hang-up handler has written the journal, so that a channel that is
 * gone and a journal read later cannot both miss an answered attempt.
 */
export async function lookUp(question: LookUpQuestion, context: LookUpContext): Promise<Finding | undefined> {
  const { link, now, onOdd } = context;
  const { attemptId, slot } = question;

  const channel = await link.sendForList([
    ['Action', 'Status'],
    ['Channel', attemptId],
  ]);
  if (channel.type !== 'answered') return undefined;
  // Asterisk 22 finds by prefix; our ids have one length, but what it found is looked at all the same.
  const status = channel.events.find((event) => event.get('Uniqueid') === attemptId);
  // 6: up. For a channel that we originated that is dial1's answer.
  if (status !== undefined) return { type: 'channel_found', at: now(), up: status.get('ChannelState') === '6' };
  if (!isSuccess(channel) && !isMissing(channel, /no such channel/i)) return cannotTell('Status', channel, onOdd);

  const journal = await link.sendForList([
    ['Action', 'DBGet'],
    ['Family', journalFamily],
    ['Key', String(slot)],
  ]);
  if (journal.type !== 'answered') return undefined;
  const pbxRestarted = context.boot !== question.boot;
  const missing: Finding = { type: 'missing', at: now(), pbxRestarted };
  if (isMissing(journal, /not found/i)) return missing;
  if (!isSuccess(journal)) return cannotTell('DBGet', journal, onOdd);
  const text = journal.events.find((event) => event.name === 'DBGetResponse')?.get('Val') ?? '';
  const entry = parseJournal(text);
  if (entry === undefined) {
    onOdd(`journal slot ${slot} holds an entry of another form`);
    // Illegible but ours: only an answered dial1 writes one, and "missing" would have it dialled again.
    if (text.startsWith(`${attemptId}|`))
      return { type: 'journal_answered', at: now(), answeredAt: now(), pbxRestarted };
  }
  // The slot has gone to another attempt since, or has not yet come to this one.
  if (entry?.attemptId !== attemptId) return missing;
  if (entry.type === 'ended') return { type: 'journal_ended', at: now(), entry: entry.entry };
  // `dial2` never stands in the database; if it did, dial1 has answered.
  const answeredAt = entry.type === 'answered' ? entry.answeredAt : now();
  return { type: 'journal_answered', at: now(), answeredAt, pbxRestarted };
}

type Answered = Extract<AmiReply, { type: 'answered' }>;

function isSuccess(reply: Answered): boolean {
  return reply.response.name === 'Success';
}

function isMissing(reply: Answered, message: RegExp): boolean {
  return reply.response.name === 'Error' && message.test(reply.response.get('Message') ?? '');
}

function cannotTell(action: string, reply: Answered, onOdd: (what: string) => void): undefined {
  onOdd(`${action} was answered ${reply.response.name}: ${reply.response.get('Message') ?? ''}`);
  return undefined;
}
