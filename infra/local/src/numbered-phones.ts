import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import type { Invite } from './sip-invites.ts';

/**
 * Phones and carriers that do what sipp's scenarios cannot: any SIP answer at all, early media, a forward, a BYE in the instant of the answer.
 * What one does is read off its number; infra/local/README.md has the table.
 */
export interface NumberedPhones {
  readonly port: number;
  /** In the order in which they came; one a call. */
  invites(): readonly Invite[];
  close(): void;
}

interface Behaviour {
  /** Said first: 180, or 183 with media. */
  readonly provisional?: 180 | 183;
  /** The final answer; absent: it goes on so until it is canceled. */
  readonly status?: number;
  readonly afterMs?: number;
  /** A forward's target. */
  readonly forwardTo?: string;
  /** Once answered, it hangs up after so long, with this Q.850 cause in its BYE if there is one. */
  readonly byeAfterMs?: number;
  readonly byeCause?: number;
  /** Not even 100. */
  readonly silent?: true;
}

const ringMs = 300;
/** As `ringMs`, but long enough for a time to be told from none. */
const earlyMediaMs = 500;

const agents: Readonly<Record<string, Behaviour>> = {
  2600: { status: 200, byeAfterMs: 0 },
  2601: { status: 302, forwardTo: '1001' },
  2602: { status: 302, forwardTo: '1101' },
  2603: { status: 302, forwardTo: '1201' },
  2604: { status: 302, forwardTo: '2601' },
  2605: { status: 302, forwardTo: '27820000999' },
  2606: { status: 302, forwardTo: '2606' },
  2607: { status: 302, forwardTo: '1501' },
  2620: { provisional: 183 },
  2621: { provisional: 180, status: 200, byeAfterMs: 300, byeCause: 31 },
};

const numbers: Readonly<Record<string, Behaviour>> = {
  0: { silent: true },
  5: { status: 200, byeAfterMs: 0 },
  6: { provisional: 183 },
  7: { status: 302, forwardTo: '27820000999' },
  8: { provisional: 180, status: 200, byeAfterMs: 300, byeCause: 31 },
  9: {},
};

function behaviourOf(user: string): Behaviour {
  const agent = agents[user];
  if (agent !== undefined) return agent;
  const [, kind = '', code = '0'] = /^\+?2783([0-9])([0-9]{3})?/.exec(user) ?? [];
  const status = Number(code);
  if (kind === '1') return { status };
  if (kind === '2') return { provisional: 180, status, afterMs: ringMs };
  if (kind === '4') return { provisional: 183, status, afterMs: earlyMediaMs };
  return numbers[kind] ?? { provisional: 180, status: 200 };
}

interface Dialog {
  readonly invite: string;
  readonly tag: string;
  readonly user: string;
  readonly peer: RemoteInfo;
  readonly behaviour: Behaviour;
  final: boolean;
  answered: boolean;
}

const sdp = [
  ...['v=0', 'o=phone 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/AVP 0 8'],
  ...['a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', ''],
].join('\r\n');

/** `forwardsBy`: the SIP port of the PBX, which a forward's Contact names. */
export async function startNumberedPhones(
  options: { readonly port?: number; readonly forwardsBy?: number } = {},
): Promise<NumberedPhones> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(options.port ?? 0, '127.0.0.1', bound));
  const { port } = socket.address();
  const dialogs = new Map<string, Dialog>();
  const seen: Invite[] = [];

  const send = (lines: readonly string[], body: string, to: RemoteInfo) => {
    const all = [...lines, ...(body === '' ? [] : ['Content-Type: application/sdp']), `Content-Length: ${body.length}`];
    socket.send(`${all.join('\r\n')}\r\n\r\n${body}`, to.port, to.address);
  };

  function reply(request: string, { tag, user, peer }: Dialog, status: number, body = '', contact?: string): void {
    const to = header(request, 'To');
    send(
      [
        `SIP/2.0 ${status} Answer`,
        ...headers(request, 'Via').map((via) => `Via: ${via}`),
        `From: ${header(request, 'From')}`,
        `To: ${to.includes('tag=') || status === 100 ? to : `${to};tag=${tag}`}`,
        `Call-ID: ${header(request, 'Call-ID')}`,
        `CSeq: ${header(request, 'CSeq')}`,
        `Contact: <${contact ?? `sip:${user}@127.0.0.1:${port}`}>`,
      ],
      body,
      peer,
    );
  }

  function bye({ invite, tag, user, peer, behaviour }: Dialog): void {
    const remote = /<(sips?:[^>]+)>/.exec(header(invite, 'Contact'))?.[1] ?? '';
    const reason = behaviour.byeCause === undefined ? [] : [`Reason: Q.850;cause=${behaviour.byeCause}`];
    send(
      [
        `BYE ${remote} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`,
        'Max-Forwards: 70',
        `From: ${header(invite, 'To')};tag=${tag}`,
        `To: ${header(invite, 'From')}`,
        `Call-ID: ${header(invite, 'Call-ID')}`,
        'CSeq: 1 BYE',
        `Contact: <sip:${user}@127.0.0.1:${port}>`,
        ...reason,
      ],
      '',
      peer,
    );
  }

  function finish(dialog: Dialog): void {
    const { status, forwardTo } = dialog.behaviour;
    if (dialog.final || status === undefined) return;
    dialog.final = true;
    dialog.answered = status === 200;
    const contact = forwardTo && `sip:${forwardTo}@127.0.0.1:${options.forwardsBy ?? dialog.peer.port}`;
    reply(dialog.invite, dialog, status, dialog.answered ? sdp : '', contact);
  }

  function onInvite(text: string, peer: RemoteInfo): void {
    const user = /^INVITE sips?:([^@;>]+)/.exec(text)?.[1] ?? '';
    const behaviour = behaviourOf(user);
    const id = header(text, 'Call-ID');
    const dialog = { invite: text, tag: randomBytes(4).toString('hex'), user, peer, behaviour };
    const { silent, provisional, afterMs } = behaviour;
    dialogs.set(id, { ...dialog, final: false, answered: false });
    seen.push(inviteOf(text, user, id));
    if (silent) return;
    const live = dialogs.get(id) as Dialog;
    reply(text, live, 100);
    if (provisional !== undefined) reply(text, live, provisional, provisional === 183 ? sdp : '');
    if (afterMs === undefined) finish(live);
    else setTimeout(() => finish(live), afterMs).unref();
  }

  function onRequest(method: string, text: string, id: string, dialog: Dialog): void {
    const { behaviour } = dialog;
    if (method === 'ACK') {
      if (!dialog.answered) dialogs.delete(id);
      else if (behaviour.byeAfterMs === 0) bye(dialog);
      else if (behaviour.byeAfterMs !== undefined) setTimeout(() => bye(dialog), behaviour.byeAfterMs).unref();
    } else if (method === 'INVITE') {
      // Sent again, or a re-INVITE: only the latter wants a new answer.
      if (/tag=/.test(header(text, 'To'))) reply(text, dialog, 200, sdp);
    } else if (!behaviour.silent) {
      reply(text, dialog, 200);
      if (method === 'CANCEL' && !dialog.final) {
        dialog.final = true;
        reply(dialog.invite, dialog, 487);
      }
      if (method === 'BYE') dialogs.delete(id);
    }
  }

  socket.on('message', (bytes, peer) => {
    const text = bytes.toString('latin1');
    const method = text.slice(0, text.indexOf(' '));
    const id = header(text, 'Call-ID');
    const dialog = dialogs.get(id);
    if (method === 'SIP/2.0') return;
    if (dialog !== undefined) onRequest(method, text, id, dialog);
    else if (method === 'INVITE') onInvite(text, peer);
  });

  return { port, invites: () => [...seen], close: () => socket.close() };
}

function inviteOf(text: string, user: string, callId: string): Invite {
  const from = header(text, 'From');
  return {
    at: Date.now(),
    phone: 'numbered',
    user,
    from: /sips?:([^@;>]+)@/.exec(from)?.[1] ?? '',
    fromName: /^"([^"]*)"/.exec(from)?.[1] ?? '',
    callId,
    headers: Object.fromEntries([...text.matchAll(/^(X-[A-Za-z0-9-]+):[ \t]*(.*?)\r?$/gim)].map(([, n, v]) => [n, v])),
  };
}

function headers(text: string, name: string): string[] {
  const found = text.matchAll(new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'gim'));
  return [...found].map(([, value = '']) => value);
}

function header(text: string, name: string): string {
  return headers(text, name)[0] ?? '';
}
