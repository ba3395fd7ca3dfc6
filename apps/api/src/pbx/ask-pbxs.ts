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
export type AskPbx = (tenant: TenantRoutes, question: CallQuestion) => Promise<boolean | undefined>;

/**
 * Queries every PBX at once. The first yes is the answer. The answer is no only if all answer no: a silent PBX might have answered yes.
 * A fact that no PBX can know before it rings counts as yes.
 */
export function askPbxs(pbxs: readonly Pick<Pbx, 'ask'>[]): AskPbx {
  return async (tenant, question) => {
    const asked = amiQuestion(question, tenant);
    if (asked === undefined) return true;
    const answers = pbxs.map((pbx) => pbx.ask(asked));
    const all = Promise.all(answers).then((said) =>
      said.includes(true) || said.includes(undefined) || said.length === 0 ? said.find(Boolean) : false,
    );
    return Promise.race([all, ...answers.map(async (answer) => (await answer) || all)]);
  };
}

/** Undefined: only ringing shows it. The state of a phone behind a Local channel or a line to another PBX is not known. */
function amiQuestion(question: CallQuestion, tenant: TenantRoutes): PbxQuestion | undefined {
  switch (question.asks) {
    case 'device_online': {
      const channel = deviceChannel(question.extension, tenant.extensions);
      return isDevice(channel) ? { asks: 'device_online', channel } : undefined;
    }
    case 'service_exists':
      return serviceQuestion(serviceOf(question.service, tenant));
  }
}
