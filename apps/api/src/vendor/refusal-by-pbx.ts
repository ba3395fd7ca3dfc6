import type { Tenant } from '@redial/call';
import { type CallQuestion, type Problem, problem } from '@redial/dialects';
import type { AskPbx } from '../pbx/ask-pbxs.ts';

/** Asks all at once; undefined: every answer is yes. A no is the client's mistake, and is told before what could not be asked. */
export async function refusalByPbx(
  questions: readonly CallQuestion[],
  tenant: Tenant,
  askPbx: AskPbx,
): Promise<Problem | undefined> {
  const answers = await Promise.all(
    questions.map(async (question) => ({ question, said: await askPbx(tenant, question) })),
  );
  const no = answers.find(({ said }) => said === false);
  if (no !== undefined) return problem('invalid_request', { errors: [no.question.otherwise] });
  if (answers.some(({ said }) => said === undefined))
    return problem('pbx_unavailable', { headers: { 'Retry-After': '5' } });
  return undefined;
}
