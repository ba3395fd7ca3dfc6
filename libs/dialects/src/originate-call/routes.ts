import type { VendorDialect } from '../dialect.ts';
import { authenticate, shortSecretsOf } from './credentials.ts';
import { documentation } from './documentation.ts';
import { OriginateCallSettings, originateCallSettings } from './settings.ts';
import { settingsIssues } from './settings-issues.ts';
import { toCallRequest } from './to-call-request.ts';
import { acceptedReply, outcomeReply, refusedReply } from './to-reply.ts';

/** originate-call: the vendor's one address, as data. */
export const dialect: VendorDialect = {
  name: 'originate-call',
  settings: OriginateCallSettings,
  issues: settingsIssues,
  shortSecrets: shortSecretsOf,
  login: (tenant) => {
    const settings = originateCallSettings(tenant);
    return settings && [settings.username, settings.apiKey];
  },
  routes: [
    { method: 'get', path: '/api/originate-call', takes: 'raw', parse: toCallRequest },
    { method: 'post', path: '/api/originate-call', takes: 'raw', parse: toCallRequest },
  ],
  recordings: [],
  below: [],
  authentication: { type: 'credentials', authenticate },
  queriesPbx: true,
  accepted: acceptedReply,
  outcome: outcomeReply,
  refused: refusedReply,
  documentation,
  notifications: {},
};
