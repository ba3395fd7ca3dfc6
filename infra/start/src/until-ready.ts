import { setTimeout as wait } from 'node:timers/promises';

/** Redis and a PBX both answer: a call placed now is dialled now. Else a sentence that names what is missing. */
export async function untilReady(url: string, signal: AbortSignal): Promise<'ready' | string> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  let last = 'no answer';
  while (!deadline.aborted) {
    try {
      const answer = await fetch(url, { signal: deadline });
      if (answer.ok) return 'ready';
      last = await answer.text();
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await wait(100);
  }
  return `Redial did not get ready within a minute. ${url} answered: ${last}`;
}
