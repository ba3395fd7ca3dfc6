import type { DialplanHalf } from '../channels/pbx-core.ts';
import { ringAll } from './ring-all.ts';

/** The queues of infra/asterisk/local/queues.conf: their members, in the order of ringing. */
export const queues: Readonly<Record<string, readonly string[]>> = {
  'test-queue': ['PJSIP/1001', 'PJSIP/1002'],
  'second-queue': ['PJSIP/1201', 'PJSIP/1004'],
  'busy-queue': ['PJSIP/1202'],
  'ringing-queue': ['PJSIP/1102'],
  'empty-queue': [],
};

const nameShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
const memberRingMs = 15_000;
const retryMs = 1_000;

/** The context `redial-queue` of infra/asterisk/redial.conf: it answers only when an agent does. */
export function callQueue(half: DialplanHalf): void {
  const members = Object.hasOwn(queues, half.exten) ? queues[half.exten] : undefined;
  if (!nameShape.test(half.exten)) half.hangUp(21);
  else if (members === undefined) half.hangUp(1);
  else if (members.length === 0) half.hangUp(20);
  else ringMember(half, members, 0);
}

/** Rings one after the other, and starts again with the first, while the caller stays. */
function ringMember(half: DialplanHalf, members: readonly string[], index: number): void {
  const member = members[index];
  if (member === undefined) {
    half.later(retryMs, () => ringMember(half, members, 0));
    return;
  }
  ringAll(half, [member], memberRingMs, {
    answered: () => half.answer(),
    failed: () => ringMember(half, members, index + 1),
    hungUp: () => half.hangUp(16),
  });
}
