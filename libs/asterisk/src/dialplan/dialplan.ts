import type { AmiAction } from '../ami/ami-action.ts';
import type { AmiReply } from '../ami/ami-link.ts';

/** Where an answered dial1 lands. Needs write=reporting. */
export const showDialplan: AmiAction = [
  ['Action', 'ShowDialPlan'],
  ['Context', 'redial'],
  ['Extension', 'connect'],
];

/**
 * Whether the reply to `showDialplan` lists it. An Asterisk that starts takes AMI actions before it has its dialplan (seen on 22.10, some 0.3 s
 * at the least), and answers an Originate with "Extension does not exist."; FullyBooted would tell, but is only for users with read=system.
 *
 * Only what is listed is there: one that is too busy to answer, or may not, has said nothing of its dialplan.
 */
export function hasDialplan(reply: AmiReply): boolean {
  return (
    reply.type === 'answered' &&
    reply.response.name === 'Success' &&
    reply.events.some((event) => event.get('Context') === 'redial' && event.get('Extension') === 'connect')
  );
}

/** It says itself that it is not there (yet). */
export function lacksDialplan(reply: AmiReply): boolean {
  return reply.type === 'answered' && /^Did not find /.test(reply.response.get('Message') ?? '');
}
