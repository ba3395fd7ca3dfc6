import type { PhoneBehaviour } from './phone.ts';

const answers: PhoneBehaviour = { kind: 'answers' };
const rings: PhoneBehaviour = { kind: 'rings' };
const hangsUpAfterASecond: PhoneBehaviour = { kind: 'answers', talkMs: 1000 };
const busyTwice: PhoneBehaviour = { kind: 'busy_then_answers', times: 2 };
const ringsASecond: PhoneBehaviour = { kind: 'answers', ringMs: 1000 };
const refuses = (sipCode: number) => ({ kind: 'refuses', sipCode }) as const satisfies PhoneBehaviour;

/** Agents, by the first two digits of their extension. */
const agents: Readonly<Record<string, PhoneBehaviour>> = {
  10: answers,
  11: rings,
  12: refuses(486),
  13: refuses(603),
  14: hangsUpAfterASecond,
  15: { kind: 'unregistered' },
  16: { kind: 'silent' },
  17: busyTwice,
  18: ringsASecond,
  19: refuses(480),
};

/** The carrier's numbers 27820KKxxxx, by KK. Every other number answers. */
const numbers: Readonly<Record<string, PhoneBehaviour>> = {
  '00': answers,
  '01': rings,
  '02': refuses(486),
  '03': refuses(603),
  '04': refuses(404),
  '05': refuses(503),
  '06': hangsUpAfterASecond,
  '07': busyTwice,
  '08': ringsASecond,
  '09': refuses(480),
  '10': refuses(600),
  '11': refuses(484),
  '12': refuses(488),
  '13': { kind: 'answers', talkMs: 5_000 },
  '14': { kind: 'answers', ringMs: 5_000 },
  // '20' speaks; the simulator has no sound.
  '21': { kind: 'answers', presses: '1' },
  '22': { kind: 'answers', presses: '9' },
};

/** The extensions of infra/servers's numbered phones. */
export const numberedPhones: Readonly<Record<string, PhoneBehaviour>> = {
  2600: { kind: 'answers', talkMs: 0, straight: true },
  2601: refuses(302),
  2602: refuses(302),
  2603: refuses(302),
  2604: refuses(302),
  2605: refuses(302),
  2606: refuses(302),
  2607: refuses(302),
  2620: { kind: 'rings', early: true },
  2621: { kind: 'answers', talkMs: 300, byeCause: 31 },
};

/** Their numbers, by the digit behind 2783. */
const numberedNumbers: Readonly<Record<string, PhoneBehaviour>> = {
  0: { kind: 'silent' },
  5: { kind: 'answers', talkMs: 0, straight: true },
  6: { kind: 'rings', early: true },
  7: refuses(302),
  8: { kind: 'answers', talkMs: 300, byeCause: 31 },
  9: { kind: 'tries' },
};

/** 2783KCCC…: K is the carrier's behaviour, CCC its final SIP code. */
function byCode(user: string): PhoneBehaviour | undefined {
  const [, kind = '', code = ''] = /^\+?2783([0-9])([0-9]{3})?/.exec(user) ?? [];
  const sipCode = Number(code);
  if (kind === '1') return refuses(sipCode);
  if (kind === '2') return { ...refuses(sipCode), ringMs: 300 };
  if (kind === '4') return { ...refuses(sipCode), ringMs: 500, early: true };
  return numberedNumbers[kind];
}

export function behaviourByNumber(user: string): PhoneBehaviour {
  const known = numberedPhones[user] ?? byCode(user);
  if (known !== undefined) return known;
  if (/^1[0-9]{3}$/.test(user)) return agents[user.slice(0, 2)] ?? answers;
  const kind = /^\+?27820([0-9]{2})/.exec(user)?.[1];
  return (kind === undefined ? undefined : numbers[kind]) ?? answers;
}
