import type { DialplanHalf, Route } from './local-channel.ts';
import { playMessage } from './message-context.ts';
import { callQueue } from './queue-context.ts';
import { ringAll } from './ring-all.ts';

/** What a context of the PBX does with an extension; undefined: it has no such extension. */
type Context = (exten: string) => Route | undefined;

/**
 * What a Local channel can reach: Redial's own two contexts (infra/asterisk/redial.conf), and those that stand for a PBX's own
 * (infra/asterisk/local/extensions.conf).
 */
const contexts: Readonly<Record<string, Context>> = {
  'redial-queue': (exten) => (/^[A-Za-z0-9]/.test(exten) ? callQueue : undefined),
  'redial-message': (exten) => (exten === 'play' ? playMessage : undefined),
  'ring-groups': (exten) => {
    const members = { '601': ['PJSIP/1101', 'PJSIP/1003'], '602': ['PJSIP/1101', 'PJSIP/1103'] }[exten];
    return members && ((half) => dial(half, members, 30_000));
  },
  main_routing: (exten) => {
    if (/^1[0-9]{3}$/.test(exten)) return (half) => dial(half, [`PJSIP/${exten}`], 60_000);
    if (/^27[0-9]{9}$/.test(exten)) return (half) => dial(half, [`PJSIP/${exten}@carrier`], 60_000);
    return /^27[0-9]./.test(exten) ? (half) => half.hangUp(28) : undefined;
  },
  'after-hours': (exten) => (exten === 's' ? speakAndHangUp : undefined),
};

/** Undefined: the dialplan has no such extension. */
export function routeOf(context: string, exten: string): Route | undefined {
  return Object.hasOwn(contexts, context) ? contexts[context]?.(exten) : undefined;
}

/** Dial() and Hangup(): the cause of the phones is the leg's. */
function dial(half: DialplanHalf, channels: readonly string[], ringMs: number): void {
  ringAll(half, channels, ringMs, {
    answered: () => half.answer(),
    failed: (cause) => half.hangUp(cause),
    hungUp: () => half.hangUp(16),
  });
}

function speakAndHangUp(half: DialplanHalf): void {
  half.answer();
  half.later(5_000, () => half.hangUp(16));
}
