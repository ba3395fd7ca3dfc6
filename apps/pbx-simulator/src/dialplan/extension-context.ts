import type { DialplanHalf, Route } from '../channels/pbx-core.ts';
import { ringAll } from './ring-all.ts';

/** Extensions with two devices each: the phones behind them. */
export const devices: Readonly<Record<string, readonly string[]>> = {
  '2610': ['PJSIP/1101', 'PJSIP/1003'],
  '2611': ['PJSIP/1201', 'PJSIP/1202'],
  '2612': ['PJSIP/1203', 'PJSIP/1102'],
  '2613': ['PJSIP/1301', 'PJSIP/1204'],
};

/** The targets of the forwarding extensions of infra/servers's numbered phones. */
const forwards: Readonly<Record<string, string>> = { '2601': '1001', '2602': '1101', '2603': '1201', '2607': '1501' };

const moved = 23;
const ringMs = 86_400_000;

/**
 * The contexts `redial-extension-…` of infra/asterisk/redial.conf: they ring all devices of an extension, follow its
 * forwards, or both.
 */
export function ringExtension({ all, follows }: { readonly all: boolean; readonly follows: boolean }) {
  return (exten: string): Route | undefined => {
    const members = (all && Object.hasOwn(devices, exten) && devices[exten]) || [`PJSIP/${exten}`];
    return /^[A-Za-z0-9_#]/.test(exten)
      ? (half) => ring(half, members, follows ? forwards[exten] : undefined)
      : undefined;
  };
}

function ring(half: DialplanHalf, members: readonly string[], forwardTo: string | undefined): void {
  if (!/^[A-Za-z0-9_#-]{1,190}$/.test(half.exten)) {
    half.hangUp(21);
    return;
  }
  ringAll(half, members, ringMs, {
    answered: () => half.answer(),
    failed: (cause) => {
      if (cause === moved && forwardTo !== undefined) ring(half, [`PJSIP/${forwardTo}`], undefined);
      else half.hangUp(cause === 0 || cause === 3 ? 20 : cause);
    },
    hungUp: () => half.hangUp(16),
  });
}
