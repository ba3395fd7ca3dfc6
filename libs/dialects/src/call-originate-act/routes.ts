import type { VendorDialect } from '../dialect.ts';
import { authenticate, shortSecretsOf } from './credentials.ts';
import { documentation } from './documentation.ts';
import { ActSettings, actSettings } from './settings.ts';
import { settingsIssues } from './settings-issues.ts';
import { toCallRequest } from './to-call-request.ts';
import { notifications } from './to-notification.ts';
import { acceptedReply, refusedReply } from './to-reply.ts';

const path = '/api/v4/call/originate/act';

/** call/originate/act of the vendor's API v4: its pages write PUT and POST. */
export const dialect: VendorDialect = {
  name: 'call-originate-act',
  settings: ActSettings,
  issues: settingsIssues,
  shortSecrets: shortSecretsOf,
  login: (tenant) => {
    const settings = actSettings(tenant);
    return settings && [settings.username, settings.password, settings.apiKey];
  },
  routes: [
    { method: 'put', path, takes: 'json', parse: toCallRequest },
    { method: 'post', path, takes: 'json', parse: toCallRequest },
  ],
  recordings: [],
  below: ['/api/v4/'],
  authentication: {
    type: 'credentials',
    authenticate,
    ipAllowList: (tenant) => actSettings(tenant)?.ipAllowList,
    notAllowed: 'IP is not permitted',
  },
  accepted: acceptedReply,
  refused: refusedReply,
  documentation,
  notifications,
};
