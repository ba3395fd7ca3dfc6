import type { VendorDialect } from '../dialect.ts';
import { settingsIssues } from './campaigns.ts';
import { documentation } from './documentation.ts';
import { Click2dialSettings, click2dialSettings } from './settings.ts';
import { toCallRequest } from './to-call-request.ts';
import { notifications } from './to-notification.ts';
import { acceptedReply, refusedReply } from './to-reply.ts';

/** click2dial, v2 to v4: the vendor's addresses, as data. */
export const dialect: VendorDialect = {
  name: 'click2dial',
  settings: Click2dialSettings,
  issues: settingsIssues,
  routes: [
    { method: 'post', path: '/click2dial/calls', takes: 'json', parse: toCallRequest },
    { method: 'get', path: '/call.php', takes: 'query', parse: toCallRequest },
    { method: 'post', path: '/call.php', takes: 'form', parse: toCallRequest },
  ],
  recordings: [{ method: 'get', path: '/click2dial/recordings/{ref}' }],
  below: [],
  authentication: {
    type: 'api_key',
    parameter: 'api_key',
    unauthenticated: 'Send a valid API key: X-API-Key, Authorization: Bearer, or the parameter api_key.',
    keyless: (tenant) => click2dialSettings(tenant).keyless,
  },
  accepted: acceptedReply,
  refused: refusedReply,
  documentation,
  notifications,
};
