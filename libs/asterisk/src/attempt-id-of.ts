import { AttemptId } from '@redial/call';

/** An id from the PBX → ours. Undefined where the call is not Redial's. */
export function attemptIdOf(text: string | undefined): AttemptId | undefined {
  if (text === undefined || !text.startsWith('att_')) return undefined;
  const parsed = AttemptId.safeParse(text);
  return parsed.success ? parsed.data : undefined;
}
