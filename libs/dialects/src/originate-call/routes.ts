import type { VendorDialect } from '../dialect.ts';
import { authenticate } from './credentials.ts';
import { OriginateCallSettings } from './settings.ts';
import { toCallRequest } from './to-call-request.ts';
import { acceptedReply, outcomeReply, refusedReply } from './to-reply.ts';

/** originate-call: the vendor's one address, as data. */
export const dialect: VendorDialect = {
  name: 'originate-call',
  settings: OriginateCallSettings,
  routes: [
    { method: 'get', path: '/api/originate-call', takes: 'raw', parse: toCallRequest },
    { method: 'post', path: '/api/originate-call', takes: 'raw', parse: toCallRequest },
  ],
  recordings: [],
  below: [],
  authenticate,
  asksPbx: true,
  accepted: acceptedReply,
  outcome: outcomeReply,
  refused: refusedReply,
  notifications: {},
};
