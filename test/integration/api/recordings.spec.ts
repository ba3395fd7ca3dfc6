import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { dial, settle } from './dialed.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Recordings over HTTP: files of a PBX, by the CDR's id, from a folder and from a URL. */
let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());

const sound = randomBytes(100_000);

/** An ended call that was recorded, or should have been: its CDR's id. */
async function callOf(api: RunningApi, { recorded = true } = {}): Promise<string> {
  const click = { agent: '1001', callee: '0820001234', outbound_id: '27110001111' };
  const { body } = await api.send('POST', '/click2dial/calls', click);
  const attempt = await dial(api, body.call_ref);
  const at = Date.now();
  await settle(api, attempt, {
    journalEnded: {
      dialStatus: 'ANSWER',
      dial1Cause: 16,
      talkMs: 1,
      dialMs: 1,
      answeredAt: at,
      endedAt: at,
      ...(recorded && { recorded }),
    },
  });
  return attempt.id;
}

/** Both addresses of a recording, and the answer of each if there is none. */
const addresses = [
  ['/v1/recordings/', { type: 'urn:redial:problem:recording_not_found', status: 404 }],
  ['/click2dial/recordings/', { success: false, message: 'There is no recording of this call.', errors: [] }],
] as const;

async function fetched(api: RunningApi, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(api.url + path, {
    method,
    headers: { authorization: `Bearer ${api.acmeKey}`, ...headers },
  });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

/** Parts of the file, as RFC 9110 numbers them; undefined: the whole file. */
const ranges: readonly (readonly [range: string, from: number | undefined, to: number])[] = [
  ['bytes=0-99', 0, 99],
  ['bytes=99990-', 99_990, 99_999],
  ['bytes=-10', 99_990, 99_999],
  ['bytes=500-999999', 500, 99_999],
  ['lines=0-1', undefined, 0],
];

describe.each(['folder', 'url'] as const)('from a PBX’s %s', (kind) => {
  let api: RunningApi;
  let folder: string;
  let pbx: Pbx;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redial-recordings-'));
    pbx = await startPbx(folder);
    api = await startApi({
      redisUrl: redis.url,
      tenant: { recording: 'all' },
      pbx: { recordings: kind === 'folder' ? { folder: join(folder, 'monitor') } : { url: `${pbx.url}/monitor/` } },
    });
  });
  afterAll(async () => {
    await api?.stop();
    await pbx?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => pbx.asked.splice(0));

  function keep(id: string, under = '1001'): string {
    const file = join(folder, 'monitor/redial', under, `${id}.wav`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, sound);
    return file;
  }

  describe.each(addresses)('%s', (address, nothing) => {
    it('sends the whole recording', async () => {
      const id = await callOf(api);
      keep(id);
      const { status, headers, bytes } = await fetched(api, address + id);
      expect([status, headers.get('content-type'), headers.get('content-length')]).toEqual([
        200,
        'audio/wav',
        '100000',
      ]);
      expect([headers.get('accept-ranges'), headers.get('cache-control')]).toEqual(['bytes', 'private, no-store']);
      expect(bytes.equals(sound)).toBe(true);
    });

    test.each(ranges)('gives %j', async (range, from, to) => {
      const id = await callOf(api);
      keep(id);
      const { status, headers, bytes } = await fetched(api, address + id, { range });
      if (from === undefined) expect([status, bytes.length]).toEqual([200, sound.length]);
      else {
        expect([status, headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/100000`]);
        expect(headers.get('content-length')).toBe(String(to - from + 1));
        expect(bytes.equals(sound.subarray(from, to + 1))).toBe(true);
      }
    });

    it('has no bytes after the last one', async () => {
      const id = await callOf(api);
      keep(id);
      const { status, headers, bytes } = await fetched(api, address + id, { range: 'bytes=100000-' });
      expect([status, headers.get('content-range')]).toEqual([416, 'bytes */100000']);
      expect(headers.get('content-type')).toContain('json');
      expect(bytes.toString()).toContain('none of the bytes');
    });

    it('answers HEAD with the same headers and no body', async () => {
      const id = await callOf(api);
      keep(id);
      const { status, headers, bytes } = await fetched(api, address + id, {}, 'HEAD');
      expect([status, headers.get('content-length'), bytes.length]).toEqual([200, '100000', 0]);
      expect(headers.get('content-type')).toBe('audio/wav');
    });

    it('answers the same for everything that does not exist', async () => {
      const lost = await callOf(api);
      const silent = await callOf(api, { recorded: false });
      const foreign = await callOf(api);
      keep(silent);
      keep(foreign);
      const unknown = `att_${'0'.repeat(26)}`;
      const { acmeKey, globexKey } = api;
      for (const [id, apiKey] of [
        [lost, acmeKey],
        [silent, acmeKey],
        [unknown, acmeKey],
        [foreign, globexKey],
      ] as const) {
        const answer = await api.send('GET', address + id, undefined, { apiKey });
        expect([answer.status, answer.body]).toEqual([404, expect.objectContaining(nothing)]);
        expect(answer.text).not.toContain(folder);
      }
    });

    test.each([
      ['a way up', '..%2f..%2fredial.yaml'],
      ['a way up from an id', `att_${'0'.repeat(26)}%2f..%2f..%2f..%2fetc%2fpasswd`],
      ['a way up in the other slash', '..%5c..%5credial.yaml'],
      ['a root', '%2fetc%2fpasswd'],
      ['NUL', `att_${'0'.repeat(26)}%00.txt`],
      ['a line end', `att_${'0'.repeat(26)}%0d%0aX-A: b`],
      ['a lower-case id', `att_${'0'.repeat(25)}a`],
      ['something very long', 'a'.repeat(10_000)],
      ['a name of Object', '__proto__'],
      ['a wild card', '*'],
    ])('finds nothing at %s', async (_name, ref) => {
      const answer = await api.send('GET', address + ref);
      expect([answer.status, answer.body]).toEqual([404, expect.objectContaining(nothing)]);
      expect(pbx.asked).toEqual([]);
    });

    it('sends nothing without a key, or with a wrong one', async () => {
      const id = await callOf(api);
      keep(id);
      for (const apiKey of [null, 'wrong'])
        expect((await api.send('GET', address + id, undefined, { apiKey })).status).toBe(401);
    });
  });

  it('is refused in click2dial’s format if the reference is no text', async () => {
    const { status, body } = await api.send('GET', '/click2dial/recordings/%zz');
    expect([status, body.success]).toEqual([400, false]);
  });

  if (kind === 'folder') {
    it('follows no link out of the folder', async () => {
      writeFileSync(join(folder, 'secret.wav'), 'secret');
      const [file, inFolder] = [await callOf(api), await callOf(api)];
      mkdirSync(join(folder, 'monitor/redial/1001'), { recursive: true });
      symlinkSync(join(folder, 'secret.wav'), join(folder, 'monitor/redial/1001', `${file}.wav`));
      expect((await api.send('GET', `/v1/recordings/${file}`)).status).toBe(404);
      // A link within the folder counts as a file.
      symlinkSync(keep('kept'), join(folder, 'monitor/redial/1001', `${inFolder}.wav`));
      expect((await fetched(api, `/v1/recordings/${inFolder}`)).bytes.equals(sound)).toBe(true);
    });

    it('treats a folder in place of a file as missing', async () => {
      const id = await callOf(api);
      mkdirSync(join(folder, 'monitor/redial/1001', `${id}.wav`), { recursive: true });
      expect((await api.send('GET', `/v1/recordings/${id}`)).status).toBe(404);
    });

    it('continues at the break, unless the file has changed', async () => {
      const id = await callOf(api);
      keep(id);
      const modified = (await fetched(api, `/v1/recordings/${id}`)).headers.get('last-modified') ?? '';
      const part = (condition: string) =>
        fetched(api, `/v1/recordings/${id}`, { range: 'bytes=50000-', 'if-range': condition });
      expect((await part(modified)).status).toBe(206);
      expect((await part('Mon, 01 Jan 2001 00:00:00 GMT')).status).toBe(200);
    });
  } else {
    it('requests what the client requests, and sends none of the client’s headers', async () => {
      const id = await callOf(api);
      keep(id);
      await fetched(api, `/v1/recordings/${id}`, { range: 'bytes=1-2', cookie: 'a=b', 'x-own': '1' });
      const [{ path, headers } = { path: '', headers: {} }] = pbx.asked;
      expect(path).toBe(`/monitor/redial/1001/${id}.wav`);
      expect(headers).toMatchObject({ range: 'bytes=1-2', 'accept-encoding': 'identity' });
      for (const name of ['authorization', 'cookie', 'x-own']) expect(headers).not.toHaveProperty(name);
    });

    test.each<[string, (response: ServerResponse, other: string) => void]>([
      ['redirects', (response, other) => response.writeHead(302, { location: other }).end()],
      ['fails', (response) => response.writeHead(500).end('stack trace')],
      ['refuses', (response) => response.writeHead(403).end()],
      ['hangs up', (response) => response.destroy()],
      ['packs', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')],
      [
        'sends a part without a request for one',
        (response) => response.writeHead(206, { 'content-range': 'bytes 0-0/9' }).end('x'),
      ],
    ])(
      'states that a recording cannot be fetched now if the PBX %s, and does not name the PBX',
      async (_name, answers) => {
        const id = await callOf(api);
        const elsewhere = keep(await callOf(api));
        pbx.answer((response) => answers(response, `${pbx.url}/monitor/${elsewhere}`));
        for (const [address] of addresses) {
          const { status, headers, text } = await api.send('GET', address + id);
          expect([status, headers.get('retry-after')]).toEqual([503, '30']);
          expect(text).toContain('cannot be fetched just now');
          expect(text).not.toContain('127.0.0.1');
        }
        pbx.answer(undefined);
        expect(pbx.asked.length).toBe(2);
      },
    );

    it('closes the connection to the PBX when the client disconnects', async () => {
      const id = await callOf(api);
      const left = Promise.withResolvers<void>();
      const began = Promise.withResolvers<void>();
      pbx.answer((response) => {
        response.once('close', () => left.resolve());
        response.writeHead(200, { 'content-length': '1000000' }).write('x', () => began.resolve());
      });
      const leaving = new AbortController();
      const answer = await fetch(`${api.url}/v1/recordings/${id}`, {
        headers: { authorization: `Bearer ${api.acmeKey}` },
        signal: leaving.signal,
      });
      await began.promise;
      expect(answer.status).toBe(200);
      leaving.abort();
      await left.promise;
      pbx.answer(undefined);
    });

    it('breaks off if the PBX does', async () => {
      const id = await callOf(api);
      pbx.answer((response) => {
        response.writeHead(200, { 'content-length': '1000000' }).write('x', () => response.destroy());
      });
      await expect(fetched(api, `/v1/recordings/${id}`)).rejects.toThrow();
      pbx.answer(undefined);
    });

    it('is answered with 503 if no server listens', async () => {
      const id = await callOf(api);
      await pbx.stop();
      expect((await api.send('GET', `/click2dial/recordings/${id}`)).status).toBe(503);
    });
  }
});

it('has none if the PBX’s configuration has none', async () => {
  const api = await startApi({ redisUrl: redis.url, tenant: { recording: 'all' } });
  try {
    for (const [address, nothing] of addresses) {
      const answer = await api.send('GET', address + (await callOf(api)));
      expect([answer.status, answer.body]).toEqual([404, expect.objectContaining(nothing)]);
    }
  } finally {
    await api.stop();
  }
});

interface Pbx {
  readonly url: string;
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** Answers every request so, until undefined: then it serves the file again. */
  answer(answers: ((response: ServerResponse) => void) | undefined): void;
  stop(): Promise<void>;
}

/** A PBX's own web server: it serves a folder, with ranges. */
async function startPbx(folder: string): Promise<Pbx> {
  const asked: { path: string; headers: IncomingMessage['headers'] }[] = [];
  let answers: ((response: ServerResponse) => void) | undefined;
  const server: Server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    if (answers !== undefined) answers(response);
    else serve(folder, request, response);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (given) => {
      answers = given;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serve(folder: string, { url = '', method, headers }: IncomingMessage, response: ServerResponse): void {
  let file: Buffer;
  try {
    file = readFileSync(join(folder, url));
  } catch {
    return void response.writeHead(404).end(`no ${join(folder, url)}`);
  }
  const size = file.length;
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const from = first === '' ? size - Number(last) : Number(first ?? 0);
  const to = first === '' || !last ? size - 1 : Math.min(Number(last), size - 1);
  if (from >= size) return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end('<html>');
  const isPart = first !== undefined && from <= to;
  const body = isPart ? file.subarray(from, to + 1) : file;
  response.writeHead(isPart ? 206 : 200, {
    'content-type': 'audio/x-wav',
    'content-length': body.length,
    'accept-ranges': 'bytes',
    server: 'pbx',
    ...(isPart && { 'content-range': `bytes ${from}-${to}/${size}` }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
