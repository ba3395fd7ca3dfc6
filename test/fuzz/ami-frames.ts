import { AttemptId, type AttemptSignalType } from '@redial/call';
import { formatJournal } from '@redial/testing';
import type { Random } from '../simulation/random.ts';
import { mangled, noise } from './hostile-bytes.ts';

export interface Frame {
  readonly bytes: Uint8Array;
  /** The signal of the frame; undefined: none, or not known which. */
  readonly states?: { readonly attemptId: AttemptId; readonly type: AttemptSignalType };
  /** A complete packet that Asterisk might send, with known contents. */
  readonly isPlain: boolean;
}

/** The attempts that frames name. */
export const attempts = Array.from({ length: 5 }, (_, n) => attemptIdOf(n));

export function attemptIdOf(n: number): AttemptId {
  return AttemptId.parse(`att_01HZZZZZZZZZZZZZZ${String(n).padStart(9, '0')}`);
}

const packet = (...lines: readonly string[]) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);

/** A packet that states one fact of an attempt. */
export function statement(random: Random, attemptId: AttemptId): Frame {
  const events: readonly (readonly [AttemptSignalType, Uint8Array])[] = [
    ['rang', packet('Event: Newstate', `Uniqueid: ${attemptId}`, 'ChannelState: 5')],
    ['answered', packet('Event: OriginateResponse', `ActionID: ${attemptId}`, 'Response: Success', 'Reason: 4')],
    [
      'originate_failed',
      packet('Event: OriginateResponse', `ActionID: ${attemptId}`, 'Response: Failure', 'Reason: 0'),
    ],
    ['dial1_ended', packet('Event: Hangup', `Uniqueid: ${attemptId}`, `Linkedid: ${attemptId}`, 'Cause: 17')],
    ['dial2_ended', packet('Event: Hangup', 'Uniqueid: 1700000000.2', `Linkedid: ${attemptId}`, 'Cause: 16')],
    ['journal_ended', journalPacket(attemptId)],
    ['answered', answeredPacket(attemptId)],
  ];
  const [type, bytes] = random.pick(events);
  return { bytes, states: { attemptId, type }, isPlain: true };
}

export function answeredPacket(attemptId: AttemptId): Buffer {
  return packet('Event: UserEvent', 'UserEvent: RedialAttempt', `Journal: ${attemptId}|answered|1700000000`);
}

function journalPacket(attemptId: AttemptId): Buffer {
  const entry = { dialStatus: 'ANSWER', dial1Cause: 16, talkMs: 1, dialMs: 2, answeredAt: 1_000, endedAt: 2_000 };
  return packet(
    'Event: UserEvent',
    'UserEvent: RedialAttempt',
    `Journal: ${formatJournal({ attemptId, type: 'ended', entry })}`,
  );
}

/** Frames that a stream of AMI may bring, and frames that it never should. */
export function anyFrame(random: Random, lastActionIds: readonly string[]): Frame {
  const attemptId = random.pick(attempts);
  const plain = (bytes: Uint8Array): Frame => ({ bytes, isPlain: true });
  const hostile = (bytes: Uint8Array): Frame => ({ bytes, isPlain: false });
  const actionId = lastActionIds.length > 0 && random.chance(0.7) ? random.pick(lastActionIds) : 'redial-999';
  switch (random.int(0, 15)) {
    case 0:
      return plain(
        packet('Event: VarSet', 'Uniqueid: 1700000000.1', 'Variable: X', `Value: ${'ä'.repeat(random.int(0, 300))}`),
      );
    case 1:
      return plain(packet('Event: Hangup', 'Uniqueid: 1700000000.1', 'Linkedid: 1700000000.1', 'Cause: 16'));
    case 2:
      return plain(
        packet(
          `Response: ${random.pick(['Success', 'Error', 'Goodbye', ''])}`,
          'ActionID: nobody-asked',
          'Message: hm',
        ),
      );
    case 3:
      return hostile(
        packet(`Response: ${random.pick(['Success', 'Error'])}`, `ActionID: ${actionId}`, 'Message: first'),
      );
    case 4:
      return hostile(packet('Event: DBGetResponse', `ActionID: ${actionId}`, `Val: ${attemptId}|answered|x`));
    case 5:
      return hostile(packet('Event: StatusComplete', `ActionID: ${actionId}`, 'EventList: Complete'));
    case 6:
      return plain(
        packet(
          'Event: VarSet',
          'Uniqueid: 1.1',
          ...Array.from({ length: random.int(1, 300) }, (_, n) => `X${n}: ${n}`),
        ),
      );
    case 7:
      return plain(packet('Event: VarSet', `Value: ${'x'.repeat(random.pick([1_000, 20_000, 60_000]))}`));
    case 8:
      return hostile(mangled(random, statement(random, attemptId).bytes));
    case 9:
      return hostile(
        mangled(random, Buffer.concat([statement(random, attemptId).bytes, statement(random, attemptId).bytes])),
      );
    case 10:
      return hostile(noise(random, 200));
    case 11:
      return hostile(packet('Event: error', 'Message: an event of this name ends a process that does not listen'));
    case 12:
      return hostile(Buffer.from('Response: Follows\r\nPrivilege: Command\r\nhello\r\n--END COMMAND--\r\n\r\n'));
    default:
      return statement(random, attemptId);
  }
}
