import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Call } from '@redial/call';
import { vendors } from '@redial/dialects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taxi } from '../../testing/taxi-dialect.ts';
import { vendorsOpenApi } from '../openapi/vendors.ts';

/**
 * docs/how-to/add-a-dialect.md, with the dialect of `testing/taxi-dialect.ts`. It is mounted like every other dialect.
 */
const token = 'a-token-of-the-taxi-company';
let child: ChildProcess;
let url: string;

beforeAll(async () => {
  const program = fileURLToPath(new URL('../../testing/taxi-process.ts', import.meta.url));
  child = fork(program, [token], { execArgv: ['--conditions=source'] });
  const [message] = await once(child, 'message');
  url = message.url;
}, 60_000);
afterAll(() => child.kill());

async function ring(body: unknown, headers: Record<string, string> = { 'x-taxi-token': token }) {
  const response = await fetch(`${url}/taxi/ring`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { readonly ride: string } };
}

/** The calls that the process stored and added dial jobs for. */
async function stored(): Promise<readonly Call[]> {
  child.send('calls');
  const [message] = await once(child, 'message');
  return message.calls;
}

describe('given a new dialect', () => {
  it('when a request of this dialect comes, then the call is stored and its dial job added', async () => {
    const { status, body } = await ring({ agent: '1001', customer: '0821234567' });
    expect({ status, body }).toMatchObject({ status: 200, body: { ringing: true } });
    const request = { dial1: { extension: '1001' }, dial2: { e164: '27821234567' } };
    expect(await stored()).toMatchObject([{ id: body.ride, dialect: 'taxi', tenantId: 'acme', request }]);
  });

  it('when a field is wrong, then the answer names it in the words of the vendor', async () => {
    expect(await ring({ agent: '1001', customer: 'PJSIP/evil' })).toEqual({
      status: 400,
      body: { ringing: false, why: 'customer' },
    });
  });

  it('when the credentials are wrong, then it is refused in the words of the vendor', async () => {
    const { status, body } = await ring({ agent: '1001', customer: '0821234567' }, { 'x-taxi-token': 'wrong' });
    expect({ status, body }).toEqual({ status: 400, body: { ringing: false, why: 'access_denied' } });
  });

  it('then the OpenAPI document has it beside the others', () => {
    const { paths } = vendorsOpenApi('1.0.0', [...vendors, taxi]) as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toContain('/taxi/ring');
  });
});
