import { causeOf } from './causes.ts';
import { type Channel, channelHeaders, channelState, isLocal } from './channel.ts';
import type { Header } from './event.ts';
import { openLocal } from './local-channel.ts';
import type { NewChannel, PbxCore } from './pbx-core.ts';
import type { PhoneCall } from './phones.ts';

export interface RingOptions {
  /** The caller ID; empty: anonymous. */
  readonly from: string;
  readonly fromName: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a channel that is rung tells. */
export interface LegListener {
  ringing?(): void;
  progress?(): void;
  trying?(): void;
  answered(): void;
  /** It will not answer. `sipCode`: its phone's own word; absent where it has no phone. */
  refused(cause: number, sipCode?: number): void;
  /** It hung up after it had answered. */
  hungUp(cause?: number): void;
}

/** A channel that has been made and not been rung yet. */
export interface Leg {
  readonly channel: Channel;
  ring(options: RingOptions, listener: LegListener): PhoneCall;
}

/** Makes the channel for `PJSIP/…` or `Local/…`; undefined where there is no endpoint, or nobody registered: then there is no channel at all. */
export function openLeg(core: PbxCore, dialled: string, wanted: Omit<NewChannel, 'endpoint'>): Leg | undefined {
  const [tech = '', resource = ''] = dialled.split(/\/(.*)/s, 2);
  if (tech.toLowerCase() === 'local') return openLocal(core, resource, wanted);
  const user = tech.toLowerCase() === 'pjsip' ? core.userBehind(resource) : undefined;
  if (user === undefined) return undefined;
  const channel = core.open({ ...wanted, endpoint: `PJSIP/${endpointOf(resource)}` });
  return { channel, ring: (options, listener) => ringPhone(core, channel, user, options, listener) };
}

/** Ends a channel as one that has ended of its own accord. */
export function endLeg(core: PbxCore, { channel }: Pick<Leg, 'channel'>, cause?: number): void {
  const ownCause = channel.state === channelState.up ? 16 : 0;
  core.close(channel, cause ?? ownCause);
}

/** The channel's state follows the phone, and the phone is let go when the channel ends. */
function ringPhone(
  core: PbxCore,
  channel: Channel,
  user: string,
  { from, fromName, headers }: RingOptions,
  listener: LegListener,
): PhoneCall {
  const seen = from === '' ? { from: 'anonymous', fromName: 'Anonymous' } : { from, fromName: utf8(fromName) };
  const call = core.phones.call(
    { at: core.clock.now(), user, ...seen, headers },
    {
      ringing: () => {
        core.setState(channel, channelState.ringing);
        listener.ringing?.();
      },
      progress: () => {
        core.emit('DialState', [...destHeaders(channel), ['DialStatus', 'PROGRESS']]);
        listener.progress?.();
      },
      trying: () => listener.trying?.(),
      answered: () => {
        core.setState(channel, channelState.up);
        listener.answered();
      },
      pressed: (key) => channel.pressed(key),
      refused: (sipCode) => {
        // Asterisk leaves the channel for the target of the forward, where `redial-no-forward` has nobody ring.
        if (sipCode < 400)
          core.emit('DialEnd', [...destHeaders(channel), ['Forward', '1001'], ['DialStatus', 'CANCEL']]);
        listener.refused(causeOf(sipCode), sipCode);
      },
      hungUp: (cause) => listener.hungUp(cause),
    },
  );
  channel.cleanUps.push(() => call.end());
  return call;
}

/** A channel that is dialled, as events of the one that dials it name it. */
function destHeaders(channel: Channel): Header[] {
  return channelHeaders(channel).map(([name, value]) => [`Dest${name}`, value] as const);
}

/** The SIP code that a Hangup shows: a Local channel has none. */
export function techCauseOf(channel: Channel, sipCode: number): number {
  return isLocal(channel) ? 0 : sipCode;
}

/** AMI's bytes are kept as they came, one character each. */
function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

/** `PJSIP/27820001234@carrier` and `PJSIP/1001` → the endpoint after which the channel is named. */
function endpointOf(resource: string): string {
  return resource.slice(resource.lastIndexOf('@') + 1).split('/')[0] ?? resource;
}
