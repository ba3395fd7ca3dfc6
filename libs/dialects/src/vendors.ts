import { dialect as callOriginateAct } from './call-originate-act/index.ts';
import { dialect as click2dial } from './click2dial/index.ts';
import type { NotificationFormat, VendorDialect } from './dialect.ts';
import { dialect as dialup } from './dialup/index.ts';
import { dialect as originateCall } from './originate-call/index.ts';
import { notifications as ofV1 } from './v1/notifications.ts';

/** Every vendor whose API Redial answers. A new vendor is a folder beside this file, and a line here. */
export const vendors: readonly VendorDialect[] = [click2dial, dialup, originateCall, callOriginateAct];

/** Every shape of a CDR, by the name that a sink's `format` states. */
export const notifications: Readonly<Record<string, NotificationFormat>> & typeof ofV1 = Object.assign(
  {},
  ofV1,
  ...vendors.map((vendor) => vendor.notifications),
);

/** What the configuration file may hold of each dialect, and the names that a sink's `format` may have. */
export const vendorsInFiles = {
  dialects: Object.fromEntries(vendors.map((vendor) => [vendor.name, vendor])) as Readonly<
    Record<string, Pick<VendorDialect, 'settings' | 'issues' | 'login'>>
  >,
  formats: Object.keys(notifications),
};
