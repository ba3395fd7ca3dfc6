import { deflateRawSync, gzipSync } from 'node:zlib';
import type { Random } from '../simulation/random.ts';
import { mangled, noise } from './hostile-bytes.ts';
import { aRoute, type Draft, form, json, type Keys, type Server } from './http-routes.ts';

export interface HttpInput {
  readonly bytes: Buffer;
  readonly at: Server;
  readonly route: string;
  /** Unchanged: its route must answer it normally. */
  readonly isSound: boolean;
}

/** Thirty MB of zeros. */
const unpacksToMuch = gzipSync(Buffer.alloc(30_000_000));

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', 'BREW'];

/** The next request, as its bytes. */
export function anyRequest(random: Random, keys: Keys): HttpInput {
  const route = aRoute(random);
  const draft = route.draft(random, keys);
  const { at = 'api' } = route;
  const name = `${route.method.toUpperCase()} ${route.path} of ${at}`;
  if (random.chance(0.2)) return { bytes: written(draft), at, route: name, isSound: true };
  for (let n = random.int(1, 3); n > 0; n--) spoil(random, draft);
  const bytes = written(draft);
  return { bytes: random.chance(0.15) ? mangled(random, bytes) : bytes, at, route: name, isSound: false };
}

function spoil(random: Random, draft: Draft): void {
  const { headers } = draft;
  switch (random.int(0, 13)) {
    case 0:
      draft.method = random.pick(methods);
      return;
    case 1:
      draft.target = mangled(random, Buffer.from(draft.target)).toString('latin1');
      return;
    case 2:
      draft.target += random.pick([
        '?a[b][c]=1',
        '/..',
        '//',
        '%',
        '%zz',
        '?__proto__[x]=1',
        `?${'a=1&'.repeat(2_000)}`,
        '#x',
        '?='.repeat(99),
      ]);
      return;
    case 3:
      headers.splice(random.int(0, headers.length), 1);
      return;
    case 4:
      headers.push([
        'Content-Type',
        random.pick([json, form, 'text/plain', `${json}; charset=utf-7`, 'multipart/form-data', ';', `${json}, x`]),
      ]);
      return;
    case 5: {
      const [encoding, body] = random.pick([
        ['gzip', gzipSync(draft.body)],
        ['gzip', unpacksToMuch],
        ['deflate', deflateRawSync(draft.body)],
        ['gzip', draft.body],
        ['br', draft.body],
        ['x-unknown', draft.body],
      ] as const);
      headers.push(['Content-Encoding', encoding]);
      draft.body = body;
      return;
    }
    case 6:
      headers.push(['Transfer-Encoding', random.pick(['chunked', 'gzip, chunked', 'identity', ' chunked'])]);
      return;
    case 7:
      headers.push([
        'Content-Length',
        random.pick(['0', '-1', '1e3', '99999999999', String(draft.body.length + 1), '+5']),
      ]);
      return;
    case 8:
      headers.push([
        random.pick([
          'X-A',
          'Cookie',
          'If-Match',
          'Range',
          'Expect',
          'Idempotency-Key',
          'Upgrade',
          'Host',
          'X-Forwarded-For',
        ]),
        mangled(random, Buffer.from('bytes=0-1')).toString('latin1'),
      ]);
      return;
    case 9:
      headers.push(['X-Large', 'x'.repeat(random.pick([1_000, 20_000]))]);
      return;
    case 10:
      draft.body = mangled(random, draft.body);
      return;
    case 11:
      draft.body = Buffer.from(
        random.pick([
          '['.repeat(60_000),
          `{"a":${'{"a":'.repeat(20_000)}`,
          '{"dial1":"1001","dial1":"1002","dial2":"1003"}',
          '1e400',
          '{"__proto__":{"x":1}}',
          '"',
          'null',
          '﻿{}',
        ]),
      );
      return;
    case 12:
      draft.body = Buffer.concat([draft.body, Buffer.alloc(random.pick([100, 20_000, 70_000, 300_000]), ' ')]);
      return;
    default:
      draft.body = noise(random, 300);
  }
}

function written({ method, target, headers, body }: Draft): Buffer {
  const all: [string, string][] = [['Host', 'redial'], ['Connection', 'close'], ...headers];
  const hasHeader = (name: string) => headers.some(([key]) => key.toLowerCase() === name);
  if (!hasHeader('content-length') && !hasHeader('transfer-encoding'))
    all.push(['Content-Length', String(body.length)]);
  const head = `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
