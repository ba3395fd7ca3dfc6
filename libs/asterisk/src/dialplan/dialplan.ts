import type { AmiAction } from '../ami/ami-action.ts';
import type { AmiReply } from '../ami/ami-link.ts';

/** The extension where an answered dial1 arrives. Needs write=reporting. */
export const showDialplan: AmiAction = [
  ['Action', 'ShowDialPlan'],
  ['Context', 'redial'],
  ['Extension', 'connect'],
];

/**
 * Whether the reply to `showDialplan` lists the extension. A starting Asterisk accepts AMI actions before it has its
 * dialplan (seen on 22.10, some 0.3 s at least). It then answers an Originate with "Extension does not exist.".
 * FullyBooted would help, but only users with read=system receive it.
 *
 * Only a listed extension counts: a PBX that is too busy, or a user without the right, proves nothing about the
 * dialplan.
 */
export function hasDialplan(reply: AmiReply): boolean {
  return (
    reply.type === 'answered' &&
    reply.response.name === 'Success' &&
    reply.events.some((event) => event.get('Context') === 'redial' && event.get('Extension') === 'connect')
  );
}

/** The PBX reports that the extension is not there (yet). */
export function lacksDialplan(reply: AmiReply): boolean {
  return reply.type === 'answered' && /^Did not find /.test(reply.response.get('Message') ?? '');
}
