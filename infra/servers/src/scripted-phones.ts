import { randomBytes } from 'node:crypto';
import {
  contactIn,
  dialogOf,
  header,
  newTag,
  openSipSocket,
  type Peer,
  type SipDialog,
  sdp,
  tagIn,
} from './sip-socket.ts';

/**
 * Phones that a test controls, for cases that sipp's scenarios cannot play: two calls at once, or a wait for another
 * event. A phone rings when it is called. Otherwise it only ends a call when the PBX ends it.
 */
export interface ScriptedPhones {
  readonly port: number;
  /** The next incoming call of this user. It rings. */
  called(user: string): Promise<ScriptedCall>;
  /**
   * Dials through the PBX at this SIP port. Resolves once it is answered. `replaces`: takes that call's place (RFC
   * 3891).
   */
  dial(
    user: string,
    target: string,
    options: { readonly by: number; readonly replaces?: DialogId },
  ): Promise<ScriptedCall>;
  close(): void;
}

/** Names a call between two phones, from the view of the phone that holds it. */
interface DialogId {
  readonly callId: string;
  readonly ownTag: string;
  readonly theirTag: string;
}

export interface ScriptedCall extends DialogId {
  answer(): void;
  /** Refuses the call with this SIP answer. */
  refuse(status: number, reason: string): void;
  /**
   * Makes the PBX connect the other side to `target`. With `to`: to the other party of that call of this phone
   * (attended).
   */
  refer(target: string, to?: DialogId): Promise<void>;
  hangUp(): Promise<void>;
  /** Resolves when the other side has ended the call. */
  readonly ended: Promise<void>;
}

interface Dialog extends SipDialog, DialogId {
  their: string;
  theirTag: string;
  remote: string;
  cseq: number;
  invite?: string;
  final: boolean;
  readonly answers: Map<number, (status: number) => void>;
  readonly end: () => void;
  readonly ended: Promise<void>;
}

const answerWithinMs = 10_000;
const supported = 'Supported: replaces';

export async function startScriptedPhones(): Promise<ScriptedPhones> {
  const sip = await openSipSocket(onMessage);
  const { port } = sip;
  const dialogs = new Map<string, Dialog>();
  const waiting: { readonly user: string; readonly take: (call: ScriptedCall) => void }[] = [];
  const ringing: { readonly user: string; readonly call: ScriptedCall }[] = [];

  function reply(request: string, dialog: Dialog, status: number, reason: string, body = ''): void {
    const more = ['Allow: INVITE, ACK, BYE, CANCEL, REFER, NOTIFY', supported];
    sip.answer(request, dialog, { status, reason, more, body });
  }

  /** Resolves with the status of the final answer. */
  function request(dialog: Dialog, method: string, more: readonly string[] = [], body = ''): Promise<number> {
    dialog.cseq += 1;
    const { cseq } = dialog;
    sip.request(dialog, method, cseq, [supported, ...more], body);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} of ${dialog.user} was not answered`)), answerWithinMs);
      dialog.answers.set(cseq, (status) => {
        if (status < 200) return;
        clearTimeout(timer);
        dialog.answers.delete(cseq);
        resolve(status);
      });
    });
  }

  function newDialog(fields: SipDialog): Dialog {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const theirTag = tagIn(fields.their);
    const dialog: Dialog = { ...fields, theirTag, cseq: 100, final: false, answers: new Map(), end, ended };
    dialogs.set(dialog.callId, dialog);
    return dialog;
  }

  const callOf = (dialog: Dialog): ScriptedCall => ({
    callId: dialog.callId,
    ownTag: dialog.ownTag,
    get theirTag() {
      return dialog.theirTag;
    },
    ended: dialog.ended,
    answer: () => finish(dialog, 200, 'OK', sdp),
    refuse: (status, reason) => finish(dialog, status, reason),
    refer: async (target, to) => {
      const replaces = to === undefined ? '' : `?Replaces=${encodeURIComponent(replacesOf(to))}`;
      const status = await request(dialog, 'REFER', [
        `Refer-To: <sip:${target}@${dialog.peer.address}:${dialog.peer.port}${replaces}>`,
        `Referred-By: <sip:${dialog.user}@127.0.0.1:${port}>`,
      ]);
      if (status !== 202) throw new Error(`REFER of ${dialog.user} was answered ${status}`);
    },
    hangUp: async () => {
      await request(dialog, 'BYE');
      dialog.end();
    },
  });

  function finish(dialog: Dialog, status: number, reason: string, body = ''): void {
    if (dialog.invite === undefined || dialog.final) return;
    dialog.final = true;
    reply(dialog.invite, dialog, status, reason, body);
  }

  function onInvite(text: string, from: Peer): void {
    const user = /^INVITE sip:\+?([^@;]+)/.exec(text)?.[1] ?? '';
    const dialog = newDialog(dialogOf(text, user, from));
    dialog.invite = text;
    reply(text, dialog, 180, 'Ringing');
    const call = callOf(dialog);
    const waits = waiting.findIndex((one) => one.user === user);
    if (waits < 0) ringing.push({ user, call });
    else waiting.splice(waits, 1)[0]?.take(call);
  }

  function onAnswer(text: string, dialog: Dialog): void {
    const status = Number(text.slice(8, 11));
    const [number = '', method] = header(text, 'CSeq').split(' ');
    if (method === 'INVITE' && status >= 200) {
      dialog.their = header(text, 'To');
      dialog.theirTag = tagIn(dialog.their);
      dialog.remote = contactIn(text) ?? dialog.remote;
      sip.request(dialog, 'ACK', Number(number), [supported]);
    }
    dialog.answers.get(Number(number))?.(status);
  }

  function onRequest(text: string, dialog: Dialog): void {
    const method = text.slice(0, text.indexOf(' '));
    if (method === 'ACK') return;
    reply(text, dialog, 200, 'OK', method === 'INVITE' || method === 'UPDATE' ? sdp : '');
    if (method === 'BYE') dialog.end();
    if (method === 'CANCEL') {
      finish(dialog, 487, 'Request Terminated');
      dialog.end();
    }
  }

  function onMessage(text: string, from: Peer): void {
    const dialog = dialogs.get(header(text, 'Call-ID'));
    if (text.startsWith('SIP/2.0')) {
      if (dialog !== undefined) onAnswer(text, dialog);
    } else if (dialog !== undefined && !(text === dialog.invite)) onRequest(text, dialog);
    else if (dialog === undefined && text.startsWith('INVITE')) onInvite(text, from);
  }

  return {
    port,
    called: (user) =>
      new Promise((take) => {
        const rings = ringing.findIndex((one) => one.user === user);
        if (rings < 0) waiting.push({ user, take });
        else take(ringing.splice(rings, 1)[0]?.call as ScriptedCall);
      }),
    dial: async (user, target, { by, replaces }) => {
      const ownTag = newTag();
      const dialog = newDialog({
        callId: `${randomBytes(8).toString('hex')}@scripted`,
        ownTag,
        user,
        own: `<sip:${user}@127.0.0.1:${port}>;tag=${ownTag}`,
        their: `<sip:${target}@127.0.0.1:${by}>`,
        remote: `sip:${target}@127.0.0.1:${by}`,
        peer: { address: '127.0.0.1', port: by },
      });
      const more = replaces === undefined ? [] : [`Replaces: ${replacesOf(replaces)}`, 'Require: replaces'];
      const status = await request(dialog, 'INVITE', more, sdp);
      if (status !== 200) throw new Error(`${target} answered ${user} with ${status}`);
      return callOf(dialog);
    },
    close: sip.close,
  };
}

/** For the PBX, which is the other end of both calls: its own tag is the first. */
function replacesOf({ callId, ownTag, theirTag }: DialogId): string {
  return `${callId};to-tag=${theirTag};from-tag=${ownTag}`;
}
