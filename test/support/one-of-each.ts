import type { ApiAnswer, Redial } from './redial.ts';
import { act, dialup, originateCall } from './vendors.ts';

/**
 * One good request of each vendor to the tenant of `vendorTenant`, and the form of the vendor's answer if nothing was
 * accepted.
 */
export interface VendorRequest {
  readonly vendor: string;
  readonly ask: (client: Pick<Redial, 'request'>, reference: string) => Promise<ApiAnswer>;
  /** The part of `body` that does not depend on the reason. */
  readonly refused: unknown;
}

export const oneOfEach: readonly VendorRequest[] = [
  {
    vendor: 'click2dial',
    ask: (client, contact_ref) =>
      client.request('POST', '/click2dial/calls', {
        agent: '1001',
        callee: '0820001234',
        outbound_id: 'random',
        contact_ref,
      }),
    refused: { success: false },
  },
  {
    vendor: 'dialup',
    ask: (client) => dialup.get(client, { dial1: '1001', dial2: '0820001234', Response: 'yes', RFormat: 'json' }),
    refused: { status: 'fail' },
  },
  {
    vendor: 'originate-call',
    // async=0 puts no question about the user to a PBX.
    ask: (client, external_id) =>
      originateCall.form(client, {
        project_id: 1,
        type: 'user',
        destination: '1001',
        caller_id: '0820001234',
        caller_id_name: 'Jane Doe',
        external_id,
        async: 0,
      }),
    refused: { has_error: true, results: [] },
  },
  {
    vendor: 'call/originate/act',
    ask: (client) => act.put(client, { caller: '1001', callee: '1002', context: 'main_routing', caller_id: '1001' }),
    refused: { success: 0, data: null },
  },
];
