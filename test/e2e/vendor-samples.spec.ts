import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { samples } from '../support/vendor-pages.ts';
import { credentials, phpQuery, signed, vendorTenant } from '../support/vendors.ts';
import { aWorld, cdrTo, invites } from './world.ts';

const run = promisify(execFile);

/** The samples of the vendors' own pages, unchanged except the host, run by curl. */
describe('given the samples of the vendors’ pages', () => {
  // The samples of a page name one agent, who by default is in one call at a time.
  const tenant = { ...vendorTenant, extensions: { ...vendorTenant.extensions, maxCalls: 100 } };
  const world = aWorld({ tenant });
  async function curl(...args: readonly string[]): Promise<{ readonly status: number; readonly body: string }> {
    const here = args.map((arg) =>
      arg
        .replaceAll('http://192.168.51.20', world.redial.url)
        .replaceAll('https://voiptech.pri', world.redial.url)
        .replaceAll('https://[YOUR-PBX-URL]', world.redial.url)
        .replaceAll('http://serverurl', world.redial.url),
    );
    const { stdout } = await run('curl', ['--silent', '--globoff', '--write-out', '\n%{http_code}', ...here]);
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
  }

  it('call/originate/act: the curl of the page', async () => {
    const { status, body } = await curl(
      ...['--location', '--request', 'PUT', 'http://192.168.51.20/api/v4/call/originate/act'],
      ...['--header', 'X-APIKEY: vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG'],
      ...['--header', 'Authorization: Basic dGVzdDpBYTEyMzQ1Ng=='],
      ...['--header', 'Content-Type: application/json'],
      '--data-raw',
      `{
"caller":"557",
"callee":"552",
"context":"main_routing",
"caller_id":"557",
"trunk_name":"",
"timeout":"30"
}`,
    );
    expect([status, JSON.parse(body)]).toEqual([
      200,
      {
        success: 1,
        message: null,
        data: { originated_call_id: expect.stringMatching(/^orig\.call\.[0-9]{10}\.[0-9]{6}$/) },
      },
    ]);
    await world.pbx.phones.waitForInvite(({ user, from }) => user === '552' && from === '557', 20_000);
  });

  it('call/originate/act: the body of the page’s PHP and JavaScript, with a trunk', async () => {
    const { body } = await curl(
      ...['-X', 'PUT', 'http://192.168.51.20/api/v4/call/originate/act', '-H', 'Content-Type: application/json'],
      ...['-H', `X-APIKEY: ${credentials.act.apiKey}`, '-u', 'test:Aa123456', '-d'],
      samples.actPhpBody,
    );
    expect(JSON.parse(body)).toMatchObject({ success: 1, message: null });
  });

  it('originate-call: the page’s array, as PHP’s http_build_query sends it', async () => {
    const { status, body } = await curl(
      ...['--data', phpQuery(signed(samples.originateCallData)), 'https://[YOUR-PBX-URL]/api/originate-call'],
    );
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { has_error: false, messages: [], results: ['Call successfully originated for queue: test-queue'] },
    ]);
    await world.pbx.phones.waitForInvite(({ user, from }) => user === '27123456789' && from === '40212345678', 20_000);
  });

  it('dialup: the URL of the page', async () => {
    const { user, pass, org } = credentials.dialup;
    const dial2 = '27820060001';
    const { status, body } = await curl(
      `https://voiptech.pri/API/dialup.php?user=${user}&pass=${pass}&org=${org}&dial1=1001&dial2=${dial2}`,
    );
    expect([status, body]).toEqual([200, 'OK']);
    expect(await cdrTo(world, dial2)).toMatchObject({ connected: true });
  });

  it('click2dial: both methods of the page, with each number of its table', async () => {
    const key = ['-H', `X-API-Key: ${world.redial.apiKey}`];
    const old = await curl(
      ...key,
      'http://serverurl/call.php?agent=1000&callee=0820001234&outbound_id=0123456789&call_ref=AbC123',
    );
    expect([old.status, JSON.parse(old.body)]).toMatchObject([200, { success: true, contact_ref: 'AbC123' }]);
    for (const callee of ['0820061234', '27820061235', '0027820061236']) {
      const fields = { agent: '1000', callee, outbound_id: '27820001234', contact_ref: `v4.${callee}` };
      const { status, body } = await curl(
        ...[...key, '-H', 'Content-Type: application/json', '-d', JSON.stringify(fields)],
        'http://serverurl/click2dial/calls',
      );
      expect([status, JSON.parse(body)]).toMatchObject([200, { success: true, contact_ref: `v4.${callee}` }]);
      await cdrTo(world, `27${callee.slice(-9)}`);
    }
    expect(invites(world, '27820061234')).toBe(1);
  });

  it('click2dial: the old address by POST, its fields in the URL, as the page of v3 prints it', async () => {
    const { status, body } = await curl(
      ...['-X', 'POST', '-H', `X-API-Key: ${world.redial.apiKey}`],
      'http://serverurl/call.php?agent=1000&callee=0820061237&outbound_id=0123456789&call_ref=posted',
    );
    expect([status, JSON.parse(body)]).toMatchObject([200, { success: true, contact_ref: 'posted' }]);
  });

  it('click2dial: the old method of the page, with its own callee', async () => {
    const { status, body } = await curl(
      ...['-H', `X-API-Key: ${world.redial.apiKey}`],
      'http://serverurl/call.php?agent=1000&callee=0000000000&outbound_id=0123456789&call_ref=AbC123',
    );
    expect([status, JSON.parse(body)]).toMatchObject([200, { success: true, contact_ref: 'AbC123' }]);
    await world.pbx.phones.waitForInvite(({ user, from }) => user === '27000000000' && from === '27123456789', 20_000);
  });
});
