import type { VendorDialect } from '../dialect.ts';
import { toCallRequest } from './to-call-request.ts';
import { acceptedReply, refusedReply } from './to-reply.ts';

/** click2dial, v2 to v4: the vendor's addresses, as data. */
export const dialect: VendorDialect = {
  name: 'click2dial',
  routes: [
    { method: 'post', path: '/click2dial/calls', takes: 'json', parse: toCallRequest },
    { method: 'get', path: '/call.php', takes: 'query', parse: toCallRequest },
    { method: 'post', path: '/call.php', takes: 'form', parse: toCallRequest },
  ],
  /** Redial does not record: known to be an address, with nothing behind it. */
  empty: [
    {
      method: 'get',
      path: '/click2dial/recordings/{ref}',
      problem: { code: 'not_found', detail: 'There is no recording of this call.' },
    },
  ],
  accepted: acceptedReply,
  refused: refusedReply,
};
