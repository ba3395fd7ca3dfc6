import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';

let child: ChildProcess;
let url: string;
beforeAll(async () => {
  child = fork(fileURLToPath(new URL('../../testing/one-vendor-process.ts', import.meta.url)), {
    execArgv: ['--conditions=source'],
  });
  [url] = (await once(child, 'message')) as [string];
});
afterAll(() => child.kill());

const red = { 'x-flag': 'red' };
async function send(
  method: string,
  path: string,
  body?: string,
  contentType?: string,
  headers: Record<string, string> = red,
) {
  const answer = await fetch(url + path, {
    method,
    headers: { ...headers, ...(contentType !== undefined && { 'content-type': contentType }) },
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** How many requests were parsed until now. */
const placed = async () => Number((await send('GET', '/wave/other')).headers.get('x-placed'));

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';
const multipartType = 'Multipart/Form-Data; boundary="cut here"';
const part = (name: string, value: string) =>
  `--cut here\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const multipart = `${part('a[é]', '1 &')}${part('empty', '')}${part('a[é]', '2')}--cut here--\r\n`;

describe('the input of a dialect', () => {
  test.each<[string, string, string, string | undefined, string | undefined, unknown]>([
    [
      'a raw query',
      'GET',
      '/wave/flags?a[b]=%20+&A=2&a[b]',
      undefined,
      undefined,
      { contentType: '', query: 'a[b]=%20+&A=2&a[b]', body: '' },
    ],
    [
      'a raw form',
      'POST',
      '/wave/flags?x',
      'a%5Bb%5D=1&=&',
      `${form}; charset=UTF-8`,
      { contentType: form, query: 'x', body: 'a%5Bb%5D=1&=&' },
    ],
    [
      'raw JSON',
      'POST',
      '/wave/flags',
      '{"a": 1,',
      'Application/JSON',
      { contentType: json, query: '', body: '{"a": 1,' },
    ],
    ['raw nothing', 'POST', '/wave/flags', undefined, undefined, { contentType: '', query: '', body: '' }],
    [
      'nothing under a name',
      'POST',
      '/wave/flags',
      undefined,
      'text/plain',
      { contentType: 'text/plain', query: '', body: '' },
    ],
    ['JSON', 'PUT', '/wave/json', '{"a":[1]}', json, { a: [1] }],
    ['a query', 'GET', '/wave/query?a=1&a=2&b=%20', undefined, undefined, { a: ['1', '2'], b: ' ' }],
    ['a form', 'POST', '/wave/form', 'a=1&a=2', form, { a: ['1', '2'] }],
    ['a multipart form', 'POST', '/wave/form', multipart, multipartType, { 'a[é]': ['1 &', '2'], empty: '' }],
    [
      'a raw multipart form, as the urlencoded one of its fields',
      'POST',
      '/wave/flags?x',
      multipart,
      multipartType,
      { contentType: form, query: 'x', body: 'a%5B%C3%A9%5D=1+%26&empty=&a%5B%C3%A9%5D=2' },
    ],
  ])('%s', async (_name, method, path, body, contentType, input) => {
    expect(await send(method, path, body, contentType)).toMatchObject({
      status: 200,
      body: { semaphore: 'accepted', input },
    });
  });
});

describe('a refusal', () => {
  const query = { contentType: '', query: 'format=xml', body: '' };
  test.each<[string, string, string, string | undefined, string | undefined, string, unknown]>([
    ['of credentials', 'GET', '/wave/flags?format=xml', undefined, undefined, 'access_denied', query],
    [
      'of another body',
      'POST',
      '/wave/flags?format=xml',
      '<a/>',
      'text/xml',
      'unsupported_media_type',
      { ...query, contentType: 'text/xml' },
    ],
    ['of a body without a name', 'POST', '/wave/flags?format=xml', 'a', undefined, 'unsupported_media_type', query],
    [
      'of a long body',
      'POST',
      '/wave/flags?format=xml',
      'x'.repeat(65_537),
      form,
      'body_too_large',
      { ...query, contentType: form },
    ],
    ['of another method', 'DELETE', '/wave/flags?format=xml', undefined, undefined, 'method_not_allowed', query],
    ['of broken JSON', 'PUT', '/wave/json', '{', json, 'malformed_body', undefined],
    [
      'of another method than JSON’s',
      'GET',
      '/wave/json?format=xml',
      undefined,
      undefined,
      'method_not_allowed',
      undefined,
    ],
    ['of what is not there', 'POST', '/wave/other?format=xml', '{}', json, 'service_not_found', undefined],
    ['of the bare prefix', 'GET', '/wave', undefined, undefined, 'service_not_found', undefined],
    [
      'of a recording that cannot be',
      'GET',
      '/wave/recordings/%zz',
      undefined,
      undefined,
      'malformed_request',
      undefined,
    ],
  ])(
    '%s is in the vendor’s words, with the input that could be read',
    async (_name, method, path, body, contentType, code, input) => {
      const before = await placed();
      const answer = await send(method, path, body, contentType, code === 'access_denied' ? {} : red);
      expect(answer.body).toEqual({ semaphore: code, ...(input !== undefined && { input }) });
      expect(await placed()).toBe(before);
    },
  );

  it('of an internal error is in the vendor’s words too', async () => {
    const { body } = await send('PUT', '/wave/json', '{"a":"fall over"}', json);
    expect(body).toEqual({ semaphore: 'internal', input: { a: 'fall over' } });
  });

  it('of another method names the existing ones', async () => {
    expect((await send('DELETE', '/wave/flags')).headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

it('a HEAD places nothing', async () => {
  const before = await placed();
  for (const path of ['/wave/flags?flag=red', '/wave/query']) {
    const { status, headers } = await send('HEAD', path);
    expect([status, headers.get('allow')]).toEqual([418, path.startsWith('/wave/flags') ? 'GET, POST' : 'GET']);
  }
  expect(await placed()).toBe(before);
});

it('a recording requires the vendor’s credentials', async () => {
  expect((await send('GET', '/wave/recordings/x', undefined, undefined, {})).body.semaphore).toBe('access_denied');
  expect((await send('GET', '/wave/recordings/x?flag=red', undefined, undefined, {})).body.semaphore).toBe(
    'recording_not_found',
  );
});
