import { type HttpReply, jsonReply } from '../dialect.ts';
import type { ReplyFormat } from './response-options.ts';

/** The content of every answer. */
export interface Answer {
  /** `pending` is not a word of the vendor's: the outcome is not known yet, and neither word would be true. */
  readonly status: 'ok' | 'fail' | 'pending';
  /** Empty if the status is ok. */
  readonly reason: string;
  /** Asterisk's unique ids; empty if they were not requested, or there is none. */
  readonly uid1: string;
  readonly uid2: string;
}

/** The same answer in each of the vendor's four formats. The vendor publishes none: these are Redial's. */
export function inFormat(
  format: ReplyFormat,
  status: number,
  answer: Answer,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  const reply = (type: string, body: string): HttpReply => ({
    status,
    headers: { 'Content-Type': `${type}; charset=utf-8`, ...headers },
    body,
  });
  switch (format) {
    case 'text':
      return reply('text/plain', line(answer));
    case 'html':
      return reply('text/html', page(line(answer)));
    case 'xml':
      return reply(
        'application/xml',
        element(
          'response',
          fields(answer)
            .map(([name, value]) => element(name, escaped(value)))
            .join(''),
        ),
      );
    case 'json':
      return jsonReply(status, Object.fromEntries(fields(answer)), headers);
  }
}

/** In a fixed order. */
function fields({ status, reason, uid1, uid2 }: Answer): readonly (readonly [name: string, value: string])[] {
  return [
    ['status', status],
    ['reason', reason],
    ['uid1', uid1],
    ['uid2', uid2],
  ];
}

function line({ status, reason, uid1, uid2 }: Answer): string {
  const word = status === 'ok' ? 'OK' : `${status.toUpperCase()}: ${reason}`;
  return [word, ...(uid1 === '' ? [] : [`uid1=${uid1}`]), ...(uid2 === '' ? [] : [`uid2=${uid2}`])].join(' ');
}

function page(text: string): string {
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>dialup</title></head><body>${escaped(text)}</body></html>\n`;
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For XML and HTML. What is no character of XML 1.0 (section 2.2) is replaced: even an entity cannot write it. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
