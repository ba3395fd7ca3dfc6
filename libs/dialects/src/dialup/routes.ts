import type { VendorDialect } from '../dialect.ts';
import { authenticate, shortSecretsOf } from './credentials.ts';
import { differences } from './differences.ts';
import { documentation } from './documentation.ts';
import { DialupSettings, dialupSettings } from './settings.ts';
import { toCallRequest } from './to-call-request.ts';
import { acceptedReply, outcomeReply, refusedReply } from './to-reply.ts';

/**
 * dialup, the vendor's "URL dialing". A POST may carry part of its parameters in the URL, so both methods are read
 * whole.
 */
export const dialect: VendorDialect = {
  name: 'dialup',
  settings: DialupSettings,
  shortSecrets: shortSecretsOf,
  login: (tenant) => {
    const settings = dialupSettings(tenant);
    return settings && [settings.user, settings.password, settings.org];
  },
  routes: [
    { method: 'get', path: '/API/dialup.php', takes: 'raw-form', parse: toCallRequest },
    { method: 'post', path: '/API/dialup.php', takes: 'raw-form', parse: toCallRequest },
  ],
  recordings: [],
  below: [],
  authentication: { type: 'credentials', authenticate },
  differences,
  accepted: acceptedReply,
  outcome: outcomeReply,
  refused: refusedReply,
  documentation,
  notifications: {},
};
