import { setTimeout as pause } from 'node:timers/promises';
import type { SoakCall } from './mix.ts';

/** A call that the API has taken upon itself: it answered 202. */
export interface Accepted {
  readonly call: SoakCall;
  readonly id: string;
  /** Requests it took. */
  readonly tries: number;
}

export interface CarefulClient {
  /** The same key and body, by one API after the other, until one says 202; rejects when `signal` ends it or the call is refused. */
  place(call: SoakCall, signal: AbortSignal): Promise<Accepted>;
  /** Answers that were none: how often each was met. */
  readonly failures: ReadonlyMap<string, number>;
}

const silenceMs = 15_000;
const againMs = 250;

/** A client as every client should be: what was not answered is asked again under the same Idempotency-Key. */
export function carefulClient(urls: () => readonly string[], apiKey: string, run: string): CarefulClient {
  const failures = new Map<string, number>();
  let turn = 0;

  async function ask(call: SoakCall): Promise<Response | string> {
    const among = urls();
    const url = among[turn++ % among.length];
    try {
      return await fetch(`${url}/v1/calls`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': `${run}-${call.n}`,
        },
        body: JSON.stringify(call.request),
        signal: AbortSignal.timeout(silenceMs),
      });
    } catch (error) {
      const cause = (error as Error).cause as { code?: string } | undefined;
      return cause?.code ?? (error as Error).name;
    }
  }

  return {
    failures,
    async place(call, signal) {
      for (let tries = 1; ; tries++) {
        const answer = await ask(call);
        let failure: string;
        if (typeof answer === 'string') failure = answer;
        else {
          // The answer may break off in the middle, too.
          const body = await answer.text().catch(() => undefined);
          if (answer.status === 202 && body !== undefined) return { call, id: JSON.parse(body).id, tries };
          // 409: the first request under this key is still under way, or its API died with it.
          if (answer.status < 500 && answer.status !== 409 && answer.status !== 202)
            throw new Error(`call ${call.n} is refused: ${answer.status} ${body}`);
          failure = body === undefined ? 'broken off' : String(answer.status);
        }
        failures.set(failure, (failures.get(failure) ?? 0) + 1);
        await pause(againMs, undefined, { signal });
      }
    },
  };
}
