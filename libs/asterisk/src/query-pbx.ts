import { ContextName, ServiceName } from '@redial/call';
import type { AmiLink } from './ami/ami-link.ts';
import type { PbxQuestion } from './pbx.ts';

interface QueryContext {
  readonly link: Pick<AmiLink, 'send'>;
  readonly onAnomaly: (what: string) => void;
}

/** A client holds its connection open for the answer. */
const deadlineMs = 3_000;

/**
 * Queries a PBX with one dialplan function, over Getvar without a channel. That needs only our user's `call` right.
 * Undefined: it could not be sent, it was not answered, or the PBX lacks the function. Then the value is empty, which
 * is no "no".
 */
export async function queryPbx(question: PbxQuestion, { link, onAnomaly }: QueryContext): Promise<boolean | undefined> {
  const expression = expressionOf(question);
  if (expression === undefined) return undefined;
  const { name, args, meaning } = expression;
  const reply = await link.send(
    [
      ['Action', 'Getvar'],
      ['Variable', `${name}(${args})`],
    ],
    { deadlineMs },
  );
  if (reply.type !== 'answered') return undefined;
  const value = reply.response.get('Value') ?? '';
  const isSuccess = reply.response.name === 'Success';
  if (isSuccess && Object.hasOwn(meaning, value)) return meaning[value];
  onAnomaly(
    `${name} was answered ${isSuccess ? `"${value}"` : (reply.response.get('Message') ?? reply.response.name)}`,
  );
  return undefined;
}

interface Expression {
  readonly name: 'DEVICE_STATE' | 'QUEUE_EXISTS' | 'DIALPLAN_EXISTS';
  readonly args: string;
  /** Value → answer. */
  readonly meaning: Readonly<Record<string, boolean>>;
}

/** The function to evaluate. Undefined where a value has the wrong form: Asterisk would execute what is behind it. */
function expressionOf(question: PbxQuestion): Expression | undefined {
  switch (question.type) {
    case 'device_online': {
      if (!device.test(question.channel)) return undefined;
      return { name: 'DEVICE_STATE', args: question.channel, meaning: isOnline };
    }
    case 'queue_exists': {
      if (!ServiceName.safeParse(question.queue).success) return undefined;
      return { name: 'QUEUE_EXISTS', args: question.queue, meaning: exists };
    }
    case 'context_exists': {
      const { context, exten } = question;
      if (!ContextName.safeParse(context).success || !dialled.test(exten)) return undefined;
      return { name: 'DIALPLAN_EXISTS', args: `${context},${exten},1`, meaning: exists };
    }
  }
}

/** A phone of the PBX. The PBX has no state of a number behind a trunk, or of the target of a Local channel. */
const device = /^(PJSIP|SIP|IAX2)\/[A-Za-z0-9_.+*#-]{1,80}$/;
const dialled = /^[A-Za-z0-9_+*#-]{1,40}$/;

/**
 * Measured on Asterisk 22. INVALID is an endpoint that is not configured. UNAVAILABLE is one without a contact, or
 * whose contacts were qualified and found dead. A dead contact without qualify is NOT_INUSE. UNKNOWN is IAX2's value
 * for a peer that it can reach.
 */
const isOnline: Expression['meaning'] = {
  NOT_INUSE: true,
  INUSE: true,
  BUSY: true,
  RINGING: true,
  RINGINUSE: true,
  ONHOLD: true,
  UNKNOWN: true,
  UNAVAILABLE: false,
  INVALID: false,
};
const exists: Expression['meaning'] = { '0': false, '1': true };
