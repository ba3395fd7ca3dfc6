const sipChannel = /^(PJSIP|SIP|IAX2)\/[A-Za-z0-9_.+*#-]+(@[A-Za-z0-9_.-]+)?$/;
const dahdiChannel = /^DAHDI\/[gGrR]?[0-9]+\/[0-9*#]+$/;
const localChannel = /^Local\/[0-9+*#]+@[A-Za-z0-9_-]+(\/n)?$/;
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
