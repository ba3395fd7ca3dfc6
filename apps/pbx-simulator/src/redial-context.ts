import { causeOf, sipCodeOf, sipPhrase } from './causes.ts';
import { type Channel, channelHeaders } from './channel.ts';
import type { Exchange } from './exchange.ts';
import { endpointOf, placeLeg } from './leg.ts';

/**
 * What infra/asterisk/redial.conf does, step by step, as Asterisk 22 was seen to run it. The conformance suite holds the
 * two together: whoever changes the file changes this one too.
 */
const attemptShape = /^att_[0-9A-HJKMNP-TV-Z]{26}$/;
const slotShape = /^[0-9]{1,5}$/;
const dial2Shape =
  /^(PJSIP|SIP|IAX2)\/[A-Za-z0-9_.+*#-]+(@[A-Za-z0-9_.-]+)?$|^DAHDI\/[gGrR]?[0-9]+\/[0-9*#]+$|^Local\/[0-9+*#]+@[A-Za-z0-9_-]+(\/n)?$/;
const ringSecondsShape = /^[1-9][0-9]{0,3}$/;
const talkLimitShape = /^([1-9][0-9]{0,5})?$/;
const callerIdShape = /^([+]?[0-9]{1,20})?$/;
const headerShape = /^([A-Za-z][A-Za-z0-9-]{0,63}): (\P{Cc}{0,400})$/u;
const headersMax = 10;

/** What the journal says of dial2. Ticks are simulated ms; undefined where it never came to that. */
interface Dial2Facts {
  dialStatus: string;
  endedBy: 'dial1' | 'dial2' | '';
  rangTicks?: number;
  answeredTicks?: number;
  /** The last SIP answer seen. */
  sip?: number;
  /** Known to the dialplan once dial2 has answered. */
  uniqueId?: string;
}

/** `redial,connect,1`: an answered dial1 arrives here. */
export function connect(exchange: Exchange, dial1: Channel): void {
  const value = (name: string) => dial1.variables.get(name) ?? '';
  const attempt = value('REDIAL_ATTEMPT');
  const slot = value('REDIAL_SLOT');
  const end = (cause: number) => exchange.close(dial1, cause, sipCodeOf(cause));
  dial1.hangUp = () => end(0);
  dial1.phoneHungUp = () => end(0);
  if (!attemptShape.test(attempt) || !slotShape.test(slot)) {
    end(21);
    return;
  }

  const answered = { at: exchange.clock.now(), ticks: exchange.clock.ticks() };
  const facts: Dial2Facts = { dialStatus: '', endedBy: '' };
  exchange.astDb.put('redial', slot, `${attempt}|answered|${Math.floor(answered.at / 1000)}`);
  /** Every way out comes through here: the hang-up handler writes the journal and raises the one UserEvent, then dial1 ends. */
  const finish = (cause: number) => {
    const entry = journalEntry(exchange, attempt, answered, cause, facts);
    exchange.astDb.put('redial', slot, entry);
    dial1.context = 'redial-ended';
    dial1.exten = 's';
    exchange.emit('UserEvent', [...channelHeaders(dial1), ['UserEvent', 'RedialAttempt'], ['Journal', entry]], 'user');
    dial1.context = 'redial';
    dial1.exten = 'connect';
    exchange.close(dial1, cause, sipCodeOf(cause));
  };

  const isValid =
    dial2Shape.test(value('REDIAL_DIAL2_CHANNEL')) &&
    ringSecondsShape.test(value('REDIAL_DIAL2_RING_SECONDS')) &&
    talkLimitShape.test(value('REDIAL_TALK_LIMIT_SECONDS')) &&
    callerIdShape.test(value('REDIAL_DIAL2_CALLER_ID'));
  if (isValid) {
    dial(exchange, dial1, facts, finish);
  } else {
    facts.dialStatus = 'INVALIDARGS';
    finish(21);
  }
}

/** Dial(): rings dial2 and joins the two. `finish` is called exactly once, with dial1's hangup cause. */
function dial(exchange: Exchange, dial1: Channel, facts: Dial2Facts, finish: (dial1Cause: number) => void): void {
  const value = (name: string) => dial1.variables.get(name) ?? '';
  const { clock } = exchange;
  const [tech = '', resource = ''] = value('REDIAL_DIAL2_CHANNEL').split(/\/(.*)/s, 2);
  const user = tech === 'PJSIP' ? exchange.userBehind(resource) : undefined;
  if (value('REDIAL_DIAL2_CALLER_ID') !== '') dial1.callerId = value('REDIAL_DIAL2_CALLER_ID');
  dial1.application = { name: 'Dial', data: value('REDIAL_DIAL2_CHANNEL') };
  if (user === undefined) {
    facts.dialStatus = 'CHANUNAVAIL';
    finish(3);
    return;
  }

  const dial2 = exchange.open({
    endpoint: `PJSIP/${endpointOf(resource)}`,
    linkedId: dial1.linkedId,
    context: 'none',
    exten: 'connect',
    callerId: 'connect',
  });
  dial2.connectedLine = dial1.callerId;
  dial1.connectedLine = 'connect';

  const timers: (() => void)[] = [];
  dial1.cleanUps.push(() => {
    for (const stop of timers) stop();
  });
  /** Ends both legs, once. Asterisk's Hangups come in either order: dial2's first in one call, dial1's in the next. */
  const over = (dialStatus: string, dial1Cause: number, dial2Cause: number, dial2SipCode = 0) => {
    for (const stop of timers) stop();
    facts.dialStatus = dialStatus;
    const dial2First = exchange.channelsOpened % 4 < 2;
    if (dial2First) exchange.close(dial2, dial2Cause, dial2SipCode);
    finish(dial1Cause);
    if (!dial2First) exchange.close(dial2, dial2Cause, dial2SipCode);
  };
  const hangUpBoth = (by: Dial2Facts['endedBy']) => {
    facts.endedBy = by;
    if (facts.answeredTicks === undefined) over('CANCEL', 0, 16);
    else over('ANSWER', 16, 16);
  };
  dial1.hangUp = () => hangUpBoth('');
  dial1.phoneHungUp = () => hangUpBoth('dial1');
  dial2.hangUp = () => (facts.answeredTicks === undefined ? over('CHANUNAVAIL', 0, 0) : hangUpBoth(''));
  timers.push(clock.after(Number(value('REDIAL_DIAL2_RING_SECONDS')) * 1000, () => over('NOANSWER', 16, 0)));

  const phone = placeLeg(
    exchange,
    dial2,
    { user, from: dial1.callerId, headers: dial2Headers(dial1) },
    {
      ringing: () => {
        facts.rangTicks ??= clock.ticks();
        facts.sip = 180;
      },
      answered: () => {
        for (const stop of timers.splice(0)) stop();
        facts.answeredTicks = clock.ticks();
        facts.uniqueId = dial2.uniqueId;
        facts.sip = 200;
        dial1.bridgeId = dial2.bridgeId = `bridge-${dial1.uniqueId}`;
        const talkLimit = value('REDIAL_TALK_LIMIT_SECONDS');
        if (talkLimit !== '') timers.push(clock.after(Number(talkLimit) * 1000, () => hangUpBoth('')));
        if (exchange.talkMs !== undefined) timers.push(clock.after(exchange.talkMs, () => phone.hangUp()));
      },
      refused: (sipCode) => {
        facts.sip = sipCode;
        const cause = causeOf(sipCode);
        over(dialStatusOf(cause), cause, cause, sipCode);
      },
      hungUp: () => hangUpBoth('dial2'),
    },
  );
}

/** `REDIAL_DIAL2_HEADER_1`, `_2`, … up to the first that is missing or not a header. */
function dial2Headers(dial1: Channel): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let n = 1; n <= headersMax; n++) {
    const [, name, value = ''] = headerShape.exec(dial1.variables.get(`REDIAL_DIAL2_HEADER_${n}`) ?? '') ?? [];
    if (name === undefined) break;
    headers[name] = value;
  }
  return headers;
}

/** apps/app_dial.c, handle_cause. */
function dialStatusOf(cause: number): string {
  if (cause === 17) return 'BUSY';
  if (cause === 34) return 'CONGESTION';
  return cause === 19 || cause === 16 ? 'NOANSWER' : 'CHANUNAVAIL';
}

interface Moment {
  readonly at: number;
  readonly ticks: number;
}

/** The `redial-ended` handler. dial2's cause is dial1's too, once dial2's network has given a final answer. */
function journalEntry(
  exchange: Exchange,
  attempt: string,
  answered: Moment,
  dial1Cause: number,
  facts: Dial2Facts,
): string {
  const now = exchange.clock.ticks();
  const talkMs = facts.answeredTicks === undefined ? undefined : now - facts.answeredTicks;
  const ringMs = facts.rangTicks === undefined ? undefined : (facts.answeredTicks ?? now) - facts.rangTicks;
  return [
    attempt,
    'ended',
    facts.dialStatus,
    dial1Cause,
    facts.endedBy,
    milliseconds(talkMs),
    milliseconds(now - answered.ticks),
    (answered.at / 1000).toFixed(3),
    (exchange.clock.now() / 1000).toFixed(3),
    facts.sip !== undefined && facts.sip >= 200 ? dial1Cause : '',
    facts.sip === undefined ? '' : `SIP ${facts.sip} ${sipPhrase(facts.sip)}`,
    facts.uniqueId ?? '',
    milliseconds(ringMs),
  ].join('|');
}

function milliseconds(duration: number | undefined): string {
  return duration === undefined ? '' : String(Math.max(0, Math.round(duration)));
}
