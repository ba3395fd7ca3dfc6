import { closeSync, openSync, readSync } from 'node:fs';

export type Phone = 'agents' | 'carrier' | 'numbered';

/** An INVITE that a phone received: the proof that Asterisk really rang it. */
export interface Invite {
  /** When the phone received it, in epoch milliseconds. */
  readonly at: number;
  readonly phone: Phone;
  /** The called user: the user part of the Request-URI. */
  readonly user: string;
  /** The caller that the phone shows: the user part of From. */
  readonly from: string;
  /** The name that the phone shows beside it. Empty: none. */
  readonly fromName: string;
  readonly callId: string;
  /** Its X-… headers, and those that make a phone answer automatically, by the names as sent. */
  readonly headers: Readonly<Record<string, string>>;
}

const recordStart = '>>> ';
const recordEnd = '\n<<<';

/**
 * Reads the log of one set of phones, as far as it is written. Retransmissions and re-INVITEs count as no new INVITE:
 * one per Call-ID.
 */
export class InviteLog {
  readonly #file: string;
  readonly #phone: Phone;
  readonly #seen = new Set<string>();
  #offset = 0;
  #rest = '';

  constructor(file: string, phone: Phone) {
    this.#file = file;
    this.#phone = phone;
  }

  /** The INVITEs since the last call. Synchronous: a test that has seen a call's end also finds its INVITE. */
  readNew(): Invite[] {
    this.#rest += this.#readText();
    const found: Invite[] = [];
    for (let end = this.#rest.indexOf(recordEnd); end !== -1; end = this.#rest.indexOf(recordEnd)) {
      const record = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + recordEnd.length);
      const invite = parseInvite(record.slice(Math.max(0, record.lastIndexOf(recordStart))), this.#phone);
      if (invite === undefined || this.#seen.has(invite.callId)) continue;
      this.#seen.add(invite.callId);
      found.push(invite);
    }
    return found;
  }

  #readText(): string {
    let file: number;
    try {
      file = openSync(this.#file, 'r');
    } catch {
      return ''; // There is no log yet.
    }
    try {
      const buffer = Buffer.alloc(256 * 1024);
      let text = '';
      for (
        let size = readSync(file, buffer, 0, buffer.length, this.#offset);
        size > 0;
        size = readSync(file, buffer, 0, buffer.length, this.#offset)
      ) {
        this.#offset += size;
        text += buffer.toString('latin1', 0, size);
      }
      return text;
    } finally {
      closeSync(file);
    }
  }
}

/** One logged record: the time, then the whole message. */
export function parseInvite(record: string, phone: Phone): Invite | undefined {
  const [time = '', ...lines] = record.split(/\r?\n/);
  // The phones log no microseconds where they are zero: once in some thousands of INVITEs.
  const [, seconds, microseconds = '0'] = /^>>> ([\d.]+)(?: ([\d.]+))?/.exec(time) ?? [];
  if (seconds === undefined) return undefined;
  return inviteOf(lines, phone, Math.floor(Number(seconds) * 1_000 + Number(microseconds) / 1_000));
}

/** `lines`: the message as received, byte by byte. */
export function inviteOf(lines: readonly string[], phone: Phone, at: number): Invite | undefined {
  const user = /^INVITE sips?:([^@;> ]+)@/.exec(lines.find((line) => line !== '') ?? '')?.[1];
  if (user === undefined || user === 'reset') return undefined;
  const headers: Record<string, string> = {};
  let from = '';
  let fromName = '';
  let callId = '';
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (/^from$/i.test(name)) {
      from = /sips?:([^@;>]+)@/.exec(value)?.[1] ?? '';
      fromName = utf8(/^"([^"]*)"/.exec(value)?.[1] ?? '');
    } else if (/^call-id$/i.test(name)) callId = value;
    else if (/^(?:x-|call-info$|alert-info$|answer-mode$)/i.test(name)) headers[name] = value;
  }
  return { at, phone, user, from, fromName, callId, headers };
}

/** Messages are read byte by byte, so that no character is cut in two. */
function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
