import type { Header } from '../ami/event.ts';
import type { PhoneCall } from '../phones/phone.ts';
import { causeOf } from './causes.ts';
import { type Channel, channelHeaders, channelState } from './channel.ts';
import type { Leg, LegListener, RingOptions } from './leg.ts';
import { openLocal } from './local-channel.ts';
import type { NewChannel, PbxCore } from './pbx-core.ts';

/**
 * Makes the channel for `PJSIP/…` or `Local/…`. Undefined: there is no endpoint or no registered phone, so no channel.
 */
export function openLeg(core: PbxCore, dialled: string, wanted: Omit<NewChannel, 'endpoint'>): Leg | undefined {
  const [tech = '', resource = ''] = dialled.split(/\/(.*)/s, 2);
  if (tech.toLowerCase() === 'local') return openLocal(core, resource, wanted);
  const user = tech.toLowerCase() === 'pjsip' ? core.userBehind(resource) : undefined;
  if (user === undefined) return undefined;
  const channel = core.open({ ...wanted, endpoint: `PJSIP/${endpointOf(resource)}` });
  return { channel, ring: (options, listener) => ringPhone(core, channel, user, options, listener) };
}

/** The channel's state follows the phone, and the phone is released when the channel ends. */
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
        // Asterisk leaves the channel for the target of the forward. `redial-no-forward` rings no phone there.
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

/** The headers of a dialled channel in the events of the dialling channel. */
function destHeaders(channel: Channel): Header[] {
  return channelHeaders(channel).map(([name, value]) => [`Dest${name}`, value] as const);
}

/** AMI's bytes are kept unchanged, one character a byte. */
function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

/** `PJSIP/27820001234@carrier` and `PJSIP/1001` → the endpoint in the channel's name. */
function endpointOf(resource: string): string {
  return resource.slice(resource.lastIndexOf('@') + 1).split('/')[0] ?? resource;
}
