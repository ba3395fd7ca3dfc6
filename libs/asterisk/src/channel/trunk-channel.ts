import { withoutOptimization } from './channel.ts';

/** How a trunk is dialled. */
export interface TrunkRoute {
  /** A channel with `{number}`. */
  readonly channel: string;
  /** The digits that the carrier requires in front. */
  readonly numberPrefix: string;
}

/** E.164 digits → the channel that Asterisk dials. */
export function trunkChannel({ channel, numberPrefix }: TrunkRoute, e164: string): string {
  return withoutOptimization(channel.replace('{number}', numberPrefix + e164));
}
