import { withoutOptimization } from './channel.ts';

/** How a tenant's extensions are rung. */
export interface ExtensionRoute {
  /** A channel with `{extension}`. */
  readonly channel: string;
  /** Which of the registered devices ring: the first, or all at once. */
  readonly ring: 'first' | 'all';
  /** A phone's answer that names another target (302). */
  readonly forwards: 'refuse' | 'connect';
}

const byRedial = /^Local\/[A-Za-z0-9_#-]+@redial-extension-(all|first)-(refuse|connect)\/n$/;

/**
 * The dialplan uses the endpoint in a pattern, and a Local channel's extension has no @: special characters of either
 * are refused.
 */
const endpointTemplate = /^PJSIP\/([A-Za-z0-9_#-]*\{extension\}[A-Za-z0-9_#-]*)$/;

/** Whether Redial's own context can ring the phones of such a channel. */
export function canBeRungByRedial(template: string): boolean {
  return endpointTemplate.test(template);
}

/** An extension's own channel, from the operator's template. Queries about the phone use this one. */
export function deviceChannel(extension: string, { channel }: Pick<ExtensionRoute, 'channel'>): string {
  return withoutOptimization(channel.replace('{extension}', extension));
}

/**
 * An extension → the channel that Asterisk dials. PJSIP rings one device. A forward cannot be followed from a channel
 * that AMI dials, since the new channel has no link to the call. Where the tenant wants several devices or forwards,
 * Redial's own context rings (infra/asterisk/redial.conf), at the cost of two more channels.
 */
export function extensionChannel(extension: string, route: ExtensionRoute): string {
  const { channel, ring, forwards } = route;
  const [, endpoint] = endpointTemplate.exec(channel) ?? [];
  if (endpoint === undefined || (ring === 'first' && forwards === 'refuse')) return deviceChannel(extension, route);
  return `Local/${endpoint.replace('{extension}', extension)}@redial-extension-${ring}-${forwards}/n`;
}

/** A channel whose phones Redial's own context rings. That context hands the headers on to the phones. */
export function isRungByRedial(channel: string): boolean {
  return byRedial.test(channel);
}
