import { withoutOptimization } from './channel.ts';

/** How the PBX reaches a service. */
export interface ServiceRoute {
  readonly name: string;
  readonly kind: string;
  /** The operator's own channel. Absent: a queue or an announcement, through a context of Redial's own. */
  readonly channel?: string | undefined;
}

/** The channels of Redial's own contexts (infra/asterisk/redial.conf). */
export const announcementChannel = 'Local/play@redial-message/n';
const queueChannel = (queue: string): string => `Local/${queue}@redial-queue/n`;

/** A service → the channel that Asterisk dials. */
export function serviceChannel({ name, kind, channel }: ServiceRoute): string {
  if (channel !== undefined) return withoutOptimization(channel);
  return kind === 'queue' ? queueChannel(name) : announcementChannel;
}

/**
 * The query that the PBX can answer about a service. Undefined: its channel is no part of the dialplan, so only a call
 * can show it.
 */
export function serviceQuestion({
  name,
  kind,
  channel,
}: ServiceRoute):
  | { readonly type: 'queue_exists'; readonly queue: string }
  | { readonly type: 'context_exists'; readonly context: string; readonly exten: string }
  | undefined {
  if (channel === undefined) return kind === 'queue' ? { type: 'queue_exists', queue: name } : undefined;
  const [, exten, context] = /^Local\/([^@]+)@([^/]+)(?:\/n)?$/.exec(channel) ?? [];
  return exten === undefined || context === undefined ? undefined : { type: 'context_exists', context, exten };
}
