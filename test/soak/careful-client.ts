import { setTimeout as pause } from 'node:timers/promises';
import type { SoakCall } from './mix.ts';

/** A call that the API has accepted: it answered 202. */
export interface Accepted {
  readonly call: SoakCall;
  readonly id: string;
  /** The number of requests. */
  readonly tries: number;
}

export interface CarefulClient {
  /**
   * Sends the same key and body to one API after the other, until one answers 202. Rejects if `signal` ends it or the
   * call is refused.
   */
  place(call: SoakCall, signal: AbortSignal): Promise<Accepted>;
  /** Other results, with the count of each. */
  readonly failures: ReadonlyMap<string, number>;
}

const silenceMs = 15_000;
const againMs = 250;

/** A client as every client should be: it repeats a request without an answer, under the same Idempotency-Key. */
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
          // 409: the first request under this key is still in progress, or its API died with it.
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
