import type { Pbx, PbxQuestion } from '@redial/asterisk';
import { deviceChannel, type Tenant } from '@redial/call';
import type { CallQuestion } from '@redial/dialects';

/** The answer of the PBXs; undefined: none answered yes, and at least one did not answer. */
export type AskPbx = (tenant: Tenant, question: CallQuestion) => Promise<boolean | undefined>;

/** Queries every PBX at once. The first yes is the answer. A no needs the no of all: a silent PBX might have answered yes. */
export function askPbxs(pbxs: readonly Pick<Pbx, 'ask'>[]): AskPbx {
  return (tenant, question) => {
    const asked = amiQuestion(question, tenant);
    const answers = pbxs.map((pbx) => pbx.ask(asked));
    const all = Promise.all(answers).then((said) =>
      said.includes(true) || said.includes(undefined) || said.length === 0 ? said.find(Boolean) : false,
    );
    return Promise.race([all, ...answers.map(async (answer) => (await answer) || all)]);
  };
}

function amiQuestion(question: CallQuestion, tenant: Tenant): PbxQuestion {
  switch (question.asks) {
    case 'device_online':
      return { asks: 'device_online', channel: deviceChannel(question.extension, tenant.extensions) };
    case 'queue_exists':
      return { asks: 'queue_exists', queue: question.queue };
    case 'context_exists':
      return { asks: 'context_exists', context: question.context, exten: question.exten };
  }
}
