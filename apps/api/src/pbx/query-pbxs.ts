import {
  deviceChannel,
  isDevice,
  type Pbx,
  type PbxQuestion,
  serviceQuestion,
  type TenantRoutes,
} from '@redial/asterisk';
import { serviceOf } from '@redial/call';
import type { CallQuestion } from '@redial/dialects';

/** The answer of the PBXs; undefined: none answered yes, and at least one did not answer. */
export type QueryPbx = (tenant: TenantRoutes, question: CallQuestion) => Promise<boolean | undefined>;

/**
 * Queries every PBX at once. The first yes is the answer. The answer is no only if all answer no: a silent PBX might
 * have answered yes. A fact that no PBX can know before it rings counts as yes.
 */
export function queryPbxs(pbxs: readonly Pick<Pbx, 'query'>[]): QueryPbx {
  return async (tenant, question) => {
    const known = amiQuestion(question, tenant);
    if (known === undefined) return true;
    const answers = pbxs.map((pbx) => pbx.query(known));
    const all = Promise.all(answers).then((replies) =>
      replies.includes(true) || replies.includes(undefined) || replies.length === 0 ? replies.find(Boolean) : false,
    );
    return Promise.race([all, ...answers.map(async (answer) => (await answer) || all)]);
  };
}

/**
 * Undefined: only ringing shows it. The state of a phone behind a Local channel or a line to another PBX is not known.
 */
function amiQuestion(question: CallQuestion, tenant: TenantRoutes): PbxQuestion | undefined {
  switch (question.type) {
    case 'device_online': {
      const channel = deviceChannel(question.extension, tenant.extensions);
      return isDevice(channel) ? { type: 'device_online', channel } : undefined;
    }
    case 'service_exists':
      return serviceQuestion(serviceOf(question.service, tenant));
  }
}
