import type { CallRequest, Destination, Tenant } from '@redial/call';

/** Whether dial1's own phone answers by itself: as the request says, else as the tenant's setting has it. Outside phones never do. */
export function autoAnswerOf(
  dial1: Destination,
  { extensions: { autoAnswer } }: Tenant,
  asked?: boolean,
): Pick<CallRequest, 'dial1AutoAnswer'> {
  const answers = autoAnswer !== undefined && dial1.kind === 'extension' && (asked ?? autoAnswer.always);
  return answers ? { dial1AutoAnswer: true } : {};
}
