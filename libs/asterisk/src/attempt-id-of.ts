import { AttemptId } from '@redial/call';

/** An id from the PBX → ours, or undefined for somebody else's call. */
export function attemptIdOf(text: string | undefined): AttemptId | undefined {
  if (text === undefined || !text.startsWith('att_')) return undefined;
  const parsed = AttemptId.safeParse(text);
  return parsed.success ? parsed.data : undefined;
}
