import type { Destination } from '@redial/call';
import { type ExtensionRoute, extensionChannel } from './extension-channel.ts';
import { type ServiceRoute, serviceChannel } from './service-channel.ts';
import { type TrunkRoute, trunkChannel } from './trunk-channel.ts';

/** How the PBX reaches what a tenant may dial. */
export interface TenantRoutes {
  readonly extensions: ExtensionRoute;
  readonly services: readonly ServiceRoute[];
}

interface NamedTrunkRoute extends TrunkRoute {
  readonly name: string;
}

/**
 * A destination → the channel that Asterisk dials. Only digits and checked names enter the operator's template. Throws
 * RangeError for a trunk or a service that is no longer configured.
 */
export function channelOf(destination: Destination, tenant: TenantRoutes, trunks: readonly NamedTrunkRoute[]): string {
  switch (destination.kind) {
    case 'extension':
      return extensionChannel(destination.extension, tenant.extensions);
    case 'number': {
      const trunk = trunks.find(({ name }) => name === destination.trunk);
      if (trunk === undefined) throw new RangeError(`there is no trunk ${destination.trunk}`);
      return trunkChannel(trunk, destination.e164);
    }
    case 'service': {
      const service = tenant.services.find(({ name }) => name === destination.service);
      if (service === undefined) throw new RangeError(`there is no service ${destination.service}`);
      return serviceChannel(service);
    }
    case 'context':
      return `Local/${destination.exten}@${destination.context}/n`;
  }
}
