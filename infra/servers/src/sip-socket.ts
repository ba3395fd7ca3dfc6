import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** The part of SIP over UDP that phones without sipp need. Each phone decides its own messages and their time. */
interface SipSocket {
  readonly port: number;
  /** `request`: the received message that is answered. */
  answer(request: string, dialog: SipDialog, answer: SipAnswer): void;
  request(dialog: SipDialog, method: string, cseq: number, more?: readonly string[], body?: string): void;
  close(): void;
}

interface SipAnswer {
  readonly status: number;
  readonly reason: string;
  /** Absent: the phone itself. */
  readonly contact?: string | undefined;
  /** Header lines behind the others. */
  readonly more?: readonly string[];
  readonly body?: string;
}

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** A call, from the phone's view. */
export interface SipDialog {
  readonly callId: string;
  readonly user: string;
  readonly ownTag: string;
  /** From and To of the phone's own messages, its tag included. */
  readonly own: string;
  readonly their: string;
  /** The request URI of messages in the dialog. */
  readonly remote: string;
  readonly peer: Peer;
}

export const sdp = [
  ...['v=0', 'o=phone 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 9 RTP/AVP 0 8', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', ''],
].join('\r\n');

/** Messages are read and written byte by byte. */
export async function openSipSocket(onMessage: (text: string, from: Peer) => void): Promise<SipSocket> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  socket.on('message', (bytes, from) => onMessage(bytes.toString('latin1'), from));

  const send = (lines: readonly string[], body: string, to: Peer) => {
    const all = [...lines, ...(body === '' ? [] : ['Content-Type: application/sdp']), `Content-Length: ${body.length}`];
    socket.send(`${all.join('\r\n')}\r\n\r\n${body}`, to.port, to.address);
  };
  const addressOf = (user: string) => `sip:${user}@127.0.0.1:${port}`;

  return {
    port,
    answer: (request, { user, ownTag, peer }, { status, reason, contact, more = [], body = '' }) => {
      const to = header(request, 'To');
      send(
        [
          `SIP/2.0 ${status} ${reason}`,
          ...headers(request, 'Via').map((via) => `Via: ${via}`),
          `From: ${header(request, 'From')}`,
          `To: ${to.includes('tag=') || status === 100 ? to : `${to};tag=${ownTag}`}`,
          `Call-ID: ${header(request, 'Call-ID')}`,
          `CSeq: ${header(request, 'CSeq')}`,
          `Contact: <${contact ?? addressOf(user)}>`,
          ...more,
        ],
        body,
        peer,
      );
    },
    request: ({ callId, user, own, their, remote, peer }, method, cseq, more = [], body = '') =>
      send(
        [
          `${method} ${remote} SIP/2.0`,
          `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`,
          'Max-Forwards: 70',
          `From: ${own}`,
          `To: ${their}`,
          `Call-ID: ${callId}`,
          `CSeq: ${cseq} ${method}`,
          `Contact: <${addressOf(user)}>`,
          ...more,
        ],
        body,
        peer,
      ),
    close: () => socket.close(),
  };
}

/** The dialog that an INVITE opens at the called phone. */
export function dialogOf(invite: string, user: string, { address, port }: Peer): SipDialog {
  const ownTag = newTag();
  return {
    callId: header(invite, 'Call-ID'),
    user,
    ownTag,
    own: `${header(invite, 'To')};tag=${ownTag}`,
    their: header(invite, 'From'),
    remote: contactIn(invite) ?? '',
    peer: { address, port },
  };
}

export const newTag = () => randomBytes(4).toString('hex');

export function contactIn(text: string): string | undefined {
  return /<(sips?:[^>]+)>/.exec(header(text, 'Contact'))?.[1];
}

export function tagIn(party: string): string {
  return /tag=([^;>\s]+)/.exec(party)?.[1] ?? '';
}

export function header(text: string, name: string): string {
  return headers(text, name)[0] ?? '';
}

function headers(text: string, name: string): string[] {
  const found = text.matchAll(new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'gim'));
  return [...found].map(([, value = '']) => value);
}
