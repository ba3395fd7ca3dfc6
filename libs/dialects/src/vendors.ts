import type { z } from 'zod';
import { dialect as callOriginateAct } from './call-originate-act/index.ts';
import { dialect as click2dial } from './click2dial/index.ts';
import type { VendorDialect } from './dialect.ts';
import { dialect as dialup } from './dialup/index.ts';
import { dialect as originateCall } from './originate-call/index.ts';

/** Every vendor whose API Redial answers. A new one is a folder beside this file, and a line here. */
export const vendors: readonly VendorDialect[] = [click2dial, dialup, originateCall, callOriginateAct];

/** The schema of each dialect's settings, for whoever reads the configuration file. */
export const vendorSettings: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  vendors.map(({ name, settings }) => [name, settings]),
);

/** Every shape of a CDR that a sink may ask for by its `format`. */
export const vendorNotifications: VendorDialect['notifications'] = Object.assign(
  {},
  ...vendors.map(({ notifications }) => notifications),
);
