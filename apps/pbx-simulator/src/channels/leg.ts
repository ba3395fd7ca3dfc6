import type { PhoneCall } from '../phones/phone.ts';
import { type Channel, channelState, isLocal } from './channel.ts';
import type { PbxCore } from './pbx-core.ts';

export interface RingOptions {
  /** The caller ID. Empty: anonymous. */
  readonly from: string;
  readonly fromName: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The events of a ringing channel. */
export interface LegListener {
  ringing?(): void;
  progress?(): void;
  trying?(): void;
  answered(): void;
  /** It will not answer. `sipCode`: the answer of its phone; absent where it has no phone. */
  refused(cause: number, sipCode?: number): void;
  /** It hung up after its answer. */
  hungUp(cause?: number): void;
}

/** A channel that exists and is not rung yet. */
export interface Leg {
  readonly channel: Channel;
  ring(options: RingOptions, listener: LegListener): PhoneCall;
}

/** Ends a channel as its own end would. */
export function endLeg(core: PbxCore, { channel }: Pick<Leg, 'channel'>, cause?: number): void {
  const ownCause = channel.state === channelState.up ? 16 : 0;
  core.close(channel, cause ?? ownCause);
}

/** The SIP code of a Hangup. A Local channel has none. */
export function techCauseOf(channel: Channel, sipCode: number): number {
  return isLocal(channel) ? 0 : sipCode;
}
