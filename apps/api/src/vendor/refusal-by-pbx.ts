import type { TenantConfiguration } from '@redial/configuration';
import { type CallQuestion, type Problem, problem } from '@redial/dialects';
import type { QueryPbx } from '../pbx/query-pbxs.ts';

/**
 * Puts all questions at once. Undefined: every answer is yes. A no is the client's error, and comes before a missing
 * answer.
 */
export async function refusalByPbx(
  questions: readonly CallQuestion[],
  tenant: TenantConfiguration,
  queryPbx: QueryPbx,
): Promise<Problem | undefined> {
  const answers = await Promise.all(
    questions.map(async (question) => ({ question, answer: await queryPbx(tenant, question) })),
  );
  const no = answers.find(({ answer }) => answer === false);
  if (no !== undefined) return problem('invalid_request', { errors: [no.question.errorIfNo] });
  if (answers.some(({ answer }) => answer === undefined))
    return problem('pbx_unavailable', { headers: { 'Retry-After': '5' } });
  return undefined;
}
