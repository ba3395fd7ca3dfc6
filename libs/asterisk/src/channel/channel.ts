const sipChannel = /^(PJSIP|SIP|IAX2)\/[A-Za-z0-9_.+*#-]+(@[A-Za-z0-9_.-]+)?$/;
const dahdiChannel = /^DAHDI\/[gGrR]?[0-9]+\/[0-9*#]+$/;
const localChannel = /^Local\/[A-Za-z0-9_+*#-]+@[A-Za-z0-9_-]+(\/n)?$/;
const longestChannel = 200;

/**
 * Whether Asterisk can be told to dial this: one technology, one resource, nothing that adds a destination, an option or a URI. The
 * dialplan asks the same once more (infra/asterisk/redial.conf).
 */
export function isDialableChannel(channel: string): boolean {
  return (
    channel.length <= longestChannel &&
    [sipChannel, dahdiChannel, localChannel].some((pattern) => pattern.test(channel))
  );
}

/** A phone of the PBX, whose state the PBX knows: not a number behind a trunk, nor what a Local channel leads to. */
export function isDevice(channel: string): boolean {
  return sipChannel.test(channel) && !channel.includes('@');
}

/** A channel that is rung by the PBX's own dialplan: then channels of the PBX's making belong to the call, too. */
export function isLocalChannel(channel: string): boolean {
  return channel.startsWith('Local/');
}

/** Asterisk replaces an answered Local channel by what is behind it, and our channel's id with it, unless it is told not to. */
export function withoutOptimization(channel: string): string {
  return isLocalChannel(channel) && !channel.endsWith('/n') ? `${channel}/n` : channel;
}
