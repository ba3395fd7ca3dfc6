import { dialect as callOriginateAct } from './call-originate-act/index.ts';
import { dialect as click2dial } from './click2dial/index.ts';
import type { VendorDialect } from './dialect.ts';
import { dialect as dialup } from './dialup/index.ts';
import { dialect as originateCall } from './originate-call/index.ts';

/** Every vendor whose API Redial answers. A new one is a folder beside this file, and a line here. */
export const vendors: readonly VendorDialect[] = [click2dial, dialup, originateCall, callOriginateAct];

/** Every shape of a CDR that a sink may ask for by its `format`. */
export const vendorNotifications: VendorDialect['notifications'] = Object.assign(
  {},
  ...vendors.map(({ notifications }) => notifications),
);

/** What the configuration file may say of each dialect, and what of it must fit the rest: for whoever reads the file. */
export const vendorsInFiles = {
  dialects: Object.fromEntries(vendors.map((vendor) => [vendor.name, vendor])) as Readonly<
    Record<string, Pick<VendorDialect, 'settings' | 'faults' | 'login'>>
  >,
  formats: Object.keys(vendorNotifications),
};
