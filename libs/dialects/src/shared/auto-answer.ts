import type { CallRequest, Destination, Tenant } from '@redial/call';

/** Whether dial1's own phone answers by itself: as requested, else by the tenant's setting. Outside phones never do. */
export function autoAnswerOf(
  dial1: Destination,
  { extensions: { autoAnswer } }: Tenant,
  requested?: boolean,
): Pick<CallRequest, 'dial1AutoAnswer'> {
  const answers = autoAnswer !== undefined && dial1.kind === 'extension' && (requested ?? autoAnswer.always);
  return answers ? { dial1AutoAnswer: true } : {};
}
