import type { DialplanHalf, Route } from '../channels/pbx-core.ts';
import { devices, ringExtension } from './extension-context.ts';
import { playMessage } from './message-context.ts';
import { callQueue } from './queue-context.ts';
import { ringAll } from './ring-all.ts';

/** The action of a context for an extension. Undefined: it has no such extension. */
type Context = (exten: string) => Route | undefined;

/**
 * The targets of Local channels: Redial's own contexts (infra/asterisk/redial.conf), and examples of a PBX's own
 * (infra/asterisk/local/extensions.conf).
 */
const contexts: Readonly<Record<string, Context>> = {
  'redial-queue': (exten) => (/^[A-Za-z0-9]/.test(exten) ? callQueue : undefined),
  'redial-message': (exten) => (exten === 'play' ? playMessage : undefined),
  'redial-extension-all-refuse': ringExtension({ all: true, follows: false }),
  'redial-extension-all-connect': ringExtension({ all: true, follows: true }),
  'redial-extension-first-connect': ringExtension({ all: false, follows: true }),
  'ring-groups': (exten) => {
    const group = Object.hasOwn(ringGroups, exten) ? ringGroups[exten] : undefined;
    return group && ((half) => dial(half, group.members, group.ringMs));
  },
  main_routing: (exten) => {
    if (/^1[0-9]{3}$/.test(exten)) return (half) => dial(half, [`PJSIP/${exten}`], 60_000);
    if (/^27[0-9]{9}$/.test(exten)) return (half) => dial(half, [`PJSIP/${exten}@carrier`], 60_000);
    return /^27[0-9]./.test(exten) ? (half) => half.hangUp(28) : undefined;
  },
  devices: (exten) => {
    const members = Object.hasOwn(devices, exten) ? devices[exten] : undefined;
    return members && ((half) => dial(half, members, 60_000));
  },
  'after-hours': (exten) => (exten === 's' ? speakAndHangUp : undefined),
};

const ringGroups: Readonly<Record<string, { readonly members: readonly string[]; readonly ringMs: number }>> = {
  '601': { members: ['PJSIP/1101', 'PJSIP/1003'], ringMs: 30_000 },
  '602': { members: ['PJSIP/1101', 'PJSIP/1103'], ringMs: 30_000 },
  '603': { members: ['PJSIP/1101'], ringMs: 1_000 },
  '604': { members: ['PJSIP/1501'], ringMs: 30_000 },
};

/** Undefined: the dialplan has no such extension. */
export function routeOf(context: string, exten: string): Route | undefined {
  return Object.hasOwn(contexts, context) ? contexts[context]?.(exten) : undefined;
}

/** Dial() and Hangup(): the leg has the cause of the phones. */
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
