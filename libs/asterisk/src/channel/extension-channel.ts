import { withoutOptimization } from './channel.ts';

/** How a tenant's extensions are rung. */
export interface ExtensionRoute {
  /** A channel with `{extension}`. */
  readonly channel: string;
  /** Of the devices that are registered on it: the first, or all at once. */
  readonly ring: 'first' | 'all';
  /** A phone's answer that names another target (302). */
  readonly forwards: 'refuse' | 'connect';
}

const byRedial = /^Local\/[A-Za-z0-9_#-]+@redial-extension-(all|first)-(refuse|connect)\/n$/;

/** The dialplan puts the endpoint into a pattern, and the name of a Local channel's extension has no @: signs of either are not taken. */
const endpointTemplate = /^PJSIP\/([A-Za-z0-9_#-]*\{extension\}[A-Za-z0-9_#-]*)$/;

/** Whether Redial's own context can ring the phones of such a channel. */
export function canBeRungByRedial(template: string): boolean {
  return endpointTemplate.test(template);
}

/** An extension's own channel, as the operator's template has it. Questions to the PBX about the phone name this one. */
export function deviceChannel(extension: string, { channel }: Pick<ExtensionRoute, 'channel'>): string {
  return withoutOptimization(channel.replace('{extension}', extension));
}

/**
 * An extension → the channel that Asterisk dials. PJSIP rings one device, and a forward cannot be followed from a channel that AMI dials, since the new
 * channel knows nothing of the call. Where the tenant wants either, Redial's own context rings (infra/asterisk/redial.conf), at two channels more.
 */
export function extensionChannel(extension: string, route: ExtensionRoute): string {
  const { channel, ring, forwards } = route;
  const [, endpoint] = endpointTemplate.exec(channel) ?? [];
  if (endpoint === undefined || (ring === 'first' && forwards === 'refuse')) return deviceChannel(extension, route);
  return `Local/${endpoint.replace('{extension}', extension)}@redial-extension-${ring}-${forwards}/n`;
}

/** A channel whose phones Redial's own context rings: then it hands the headers on to them. */
export function isRungByRedial(channel: string): boolean {
  return byRedial.test(channel);
}
