import { endLeg, type Leg } from '../channels/leg.ts';
import { openLeg } from '../channels/open-leg.ts';
import type { DialplanHalf } from '../channels/pbx-core.ts';

interface RingAllListener {
  answered(): void;
  /** None of them answered: the cause of the last refusal, or 16 where they kept ringing. */
  failed(cause: number): void;
  /** The one that had answered hung up. */
  hungUp(): void;
}

/**
 * Dial() of a dialplan: rings all at once for the given time, and keeps the first that answers. All end with the half.
 */
export function ringAll(
  half: DialplanHalf,
  channels: readonly string[],
  ringMs: number,
  listener: RingAllListener,
): void {
  const { core, caller } = half;
  const open = new Set<Leg>();
  const endAllBut = (kept: Leg | undefined, cause?: number) => {
    for (const leg of [...open]) {
      if (leg === kept) continue;
      open.delete(leg);
      endLeg(core, leg, cause);
    }
  };
  half.onEnd(() => endAllBut(undefined));
  const stopWaiting = half.later(ringMs, () => {
    endAllBut(undefined);
    listener.failed(16);
  });
  const lost = (leg: Leg, cause: number, sipCode?: number) => {
    if (!open.delete(leg)) return;
    core.close(leg.channel, cause, sipCode);
    if (open.size > 0) return;
    stopWaiting();
    listener.failed(cause);
  };

  for (const dialled of channels) {
    const place = { linkedId: half.leg.linkedId, context: 'none', exten: half.exten, callerId: half.exten };
    const leg = openLeg(core, dialled, place);
    if (leg !== undefined) open.add(leg);
  }
  if (open.size === 0) {
    stopWaiting();
    listener.failed(3);
    return;
  }
  for (const leg of [...open]) {
    const hungUp = () => {
      if (!open.delete(leg)) return;
      endLeg(core, leg, 16);
      listener.hungUp();
    };
    leg.channel.hangUp = () => lost(leg, 0);
    leg.channel.pressed = (key) => half.leg.pressed(key);
    leg.ring(
      { ...caller, headers: {} },
      {
        ringing: () => half.ringing(),
        answered: () => {
          stopWaiting();
          // 26: answered elsewhere.
          endAllBut(leg, 26);
          leg.channel.hangUp = hungUp;
          listener.answered();
        },
        refused: (cause, sipCode) => lost(leg, cause, sipCode),
        hungUp,
      },
    );
  }
}
