import type { createBullBoard } from '@bull-board/api';
import type { AttemptStore } from '@redial/store';
import { type ShownJob, withAttemptEnds } from './attempt-ends.ts';

type Options = NonNullable<Parameters<typeof createBullBoard>[0]['options']>;
type After = NonNullable<NonNullable<Options['handlerHooks']>['after']>;

/** The parts of an answer that are changed here; the rest stays. */
interface Shown {
  readonly queues?: readonly { readonly name: string; readonly jobs: readonly ShownJob[] }[];
  readonly job?: ShownJob;
}

/**
 * Queues and jobs as the dashboard's page shows them.
 *
 * `readOnlyMode` removes all buttons from the page: Bull Board shows all of them or none, and most are refused
 * (`allowed-actions.ts`). Retry and Promote are allowed but not needed: Redial does by itself what they do. Resume
 * needs a request without the page.
 */
export async function shown(
  { route, request }: Parameters<After>[0],
  result: Awaited<ReturnType<After>>,
  store: Pick<AttemptStore, 'readAttempts'>,
): Promise<Awaited<ReturnType<After>>> {
  const body = result.body as Shown;
  if (route === '/api/queues' && body.queues !== undefined) {
    const queues = await Promise.all(
      body.queues.map(async (queue) => {
        const jobs = queue.name === 'dial' ? await withAttemptEnds(queue.jobs, store) : queue.jobs;
        return { ...queue, jobs, readOnlyMode: true };
      }),
    );
    return { ...result, body: { ...body, queues } };
  }
  if (route === '/api/queues/:queueName/:jobId' && body.job !== undefined && request.params['queueName'] === 'dial') {
    const [job] = await withAttemptEnds([body.job], store);
    return { ...result, body: { ...body, job } };
  }
  return result;
}
