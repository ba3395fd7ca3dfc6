import { type Channel, channelState } from './channel.ts';
import type { Exchange } from './exchange.ts';
import type { PhoneCall } from './phones.ts';

export interface LegOptions {
  /** Whom to ring: the user part of the Request-URI. */
  readonly user: string;
  /** The caller ID; empty: anonymous. */
  readonly from: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LegListener {
  ringing?(): void;
  answered(): void;
  refused(sipCode: number): void;
  /** The phone hung up after it had answered. */
  hungUp(): void;
}

/** Rings a phone from a channel: the channel's state follows the phone, and the phone is let go when the channel ends. */
export function placeLeg(exchange: Exchange, channel: Channel, options: LegOptions, listener: LegListener): PhoneCall {
  const invite = {
    at: exchange.clock.now(),
    user: options.user,
    from: options.from === '' ? 'anonymous' : options.from,
    headers: options.headers,
  };
  const call = exchange.phones.call(invite, {
    ringing: () => {
      exchange.setState(channel, channelState.ringing);
      listener.ringing?.();
    },
    answered: () => {
      exchange.setState(channel, channelState.up);
      listener.answered();
    },
    refused: (sipCode) => listener.refused(sipCode),
    hungUp: () => listener.hungUp(),
  });
  channel.cleanUps.push(() => call.end());
  return call;
}

/** `PJSIP/27820001234@carrier` and `PJSIP/1001` → the endpoint after which the channel is named. */
export function endpointOf(resource: string): string {
  return resource.slice(resource.lastIndexOf('@') + 1).split('/')[0] ?? resource;
}
