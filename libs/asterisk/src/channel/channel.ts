const sipChannel = /^(PJSIP|SIP|IAX2)\/[A-Za-z0-9_.+*#-]+(@[A-Za-z0-9_.-]+)?$/;
const dahdiChannel = /^DAHDI\/[gGrR]?[0-9]+\/[0-9*#]+$/;
const localChannel = /^Local\/[A-Za-z0-9_+*#-]+@[A-Za-z0-9_-]+(\/n)?$/;
const longestChannel = 200;

/**
 * Whether Asterisk may dial this channel: one technology and one resource. Nothing may add a destination, an option or
 * a URI. The dialplan checks the same again (infra/asterisk/redial.conf).
 */
export function isDialableChannel(channel: string): boolean {
  return (
    channel.length <= longestChannel &&
    [sipChannel, dahdiChannel, localChannel].some((pattern) => pattern.test(channel))
  );
}

/** A phone of the PBX, whose state the PBX has. Not a number behind a trunk, nor the target of a Local channel. */
export function isDevice(channel: string): boolean {
  return sipChannel.test(channel) && !channel.includes('@');
}

/** A channel that the PBX's own dialplan rings. The call then also has channels of the PBX's making. */
export function isLocalChannel(channel: string): boolean {
  return channel.startsWith('Local/');
}

/**
 * By default, Asterisk replaces an answered Local channel by its target, and our channel's id with it. `/n` prevents
 * it.
 */
export function withoutOptimization(channel: string): string {
  return isLocalChannel(channel) && !channel.endsWith('/n') ? `${channel}/n` : channel;
}
