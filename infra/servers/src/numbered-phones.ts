import { type Invite, inviteOf } from './sip-invites.ts';
import { dialogOf, header, openSipSocket, type Peer, type SipDialog, sdp } from './sip-socket.ts';

/**
 * Phones and carriers with behaviour that sipp's scenarios cannot have: any SIP answer, early media, a forward, a BYE
 * right after the answer. The number decides the behaviour; infra/servers/README.md has the table.
 */
interface NumberedPhones {
  readonly port: number;
  close(): void;
}

interface Behaviour {
  /** The first answer: 180, or 183 with media. */
  readonly provisional?: 180 | 183;
  /** The final answer. Absent: the provisional state lasts until a CANCEL. */
  readonly status?: number;
  readonly afterMs?: number;
  /** A forward's target. */
  readonly forwardTo?: string;
  /** After its answer, it hangs up after this time, with this Q.850 cause in its BYE if there is one. */
  readonly byeAfterMs?: number;
  readonly byeCause?: number;
  /** It does not even send 100. */
  readonly silent?: true;
}

const ringMs = 300;
/** As `ringMs`, but long enough to differ from zero. */
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

/** The extensions that have such a phone. */
export const numberedExtensions = Object.keys(agents);

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

interface Dialog extends SipDialog {
  readonly invite: string;
  readonly behaviour: Behaviour;
  final: boolean;
  answered: boolean;
}

/** Reports the INVITEs in the order of their arrival, one a call. A forward's Contact names the PBX. */
export async function startNumberedPhones(onNew: (invite: Invite) => void): Promise<NumberedPhones> {
  const sip = await openSipSocket(onMessage);
  const dialogs = new Map<string, Dialog>();

  const reply = (request: string, dialog: Dialog, status: number, body = '', contact?: string) =>
    sip.answer(request, dialog, { status, reason: 'Answer', contact, body });

  function bye(dialog: Dialog): void {
    const { byeCause } = dialog.behaviour;
    sip.request(dialog, 'BYE', 1, byeCause === undefined ? [] : [`Reason: Q.850;cause=${byeCause}`]);
  }

  function finish(dialog: Dialog): void {
    const { status, forwardTo } = dialog.behaviour;
    if (dialog.final || status === undefined) return;
    dialog.final = true;
    dialog.answered = status === 200;
    const contact = forwardTo && `sip:${forwardTo}@127.0.0.1:${dialog.peer.port}`;
    reply(dialog.invite, dialog, status, dialog.answered ? sdp : '', contact);
  }

  function onInvite(text: string, peer: Peer): void {
    const user = /^INVITE sips?:([^@;>]+)/.exec(text)?.[1] ?? '';
    const behaviour = behaviourOf(user);
    const dialog = { ...dialogOf(text, user, peer), invite: text, behaviour, final: false, answered: false };
    dialogs.set(dialog.callId, dialog);
    const invite = inviteOf(text.split(/\r?\n/), 'numbered', Date.now());
    if (invite !== undefined) onNew(invite);
    const { silent, provisional, afterMs } = behaviour;
    if (silent) return;
    reply(text, dialog, 100);
    if (provisional !== undefined) reply(text, dialog, provisional, provisional === 183 ? sdp : '');
    if (afterMs === undefined) finish(dialog);
    else setTimeout(() => finish(dialog), afterMs).unref();
  }

  function onRequest(method: string, text: string, id: string, dialog: Dialog): void {
    const { behaviour } = dialog;
    if (method === 'ACK') {
      if (!dialog.answered) dialogs.delete(id);
      else if (behaviour.byeAfterMs === 0) bye(dialog);
      else if (behaviour.byeAfterMs !== undefined) setTimeout(() => bye(dialog), behaviour.byeAfterMs).unref();
    } else if (method === 'INVITE') {
      // A retransmission, or a re-INVITE: only the latter needs a new answer.
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

  function onMessage(text: string, peer: Peer): void {
    const method = text.slice(0, text.indexOf(' '));
    const id = header(text, 'Call-ID');
    const dialog = dialogs.get(id);
    if (method === 'SIP/2.0') return;
    if (dialog !== undefined) onRequest(method, text, id, dialog);
    else if (method === 'INVITE') onInvite(text, peer);
  }

  return { port: sip.port, close: sip.close };
}
