import { sipCodeOfCause } from '../channels/causes.ts';
import { type Channel, channelHeaders, isLocal } from '../channels/channel.ts';
import { openLeg } from '../channels/open-leg.ts';
import type { PbxCore } from '../channels/pbx-core.ts';
import type { Dial2Facts } from './journal-entry.ts';
import { writeRecording } from './recording.ts';

const headerShape = /^([A-Za-z][A-Za-z0-9-]{0,63}): (\P{Cc}{0,400})$/u;
const headersMax = 10;

/** Dial(): rings dial2 and joins the two. `finish` is called exactly once, with dial1's hangup cause. */
export function dialDial2(
  core: PbxCore,
  dial1: Channel,
  facts: Dial2Facts,
  finish: (dial1Cause: number) => void,
): void {
  const value = (name: string) => dial1.variables.get(name) ?? '';
  const { clock } = core;
  if (value('REDIAL_DIAL2_CALLER_ID') !== '') dial1.callerId = value('REDIAL_DIAL2_CALLER_ID');
  if (value('REDIAL_DIAL2_CALLER_ID') !== '' || isLocal(dial1)) dial1.callerName = '';
  dial1.application = { name: 'Dial', data: value('REDIAL_DIAL2_CHANNEL') };
  const leg = openLeg(core, value('REDIAL_DIAL2_CHANNEL'), {
    linkedId: dial1.linkedId,
    context: 'none',
    exten: 'connect',
    callerId: 'connect',
  });
  if (leg === undefined) {
    facts.dialStatus = 'CHANUNAVAIL';
    finish(3);
    return;
  }

  const dial2 = leg.channel;
  dial2.connectedLine = dial1.callerId;
  dial1.connectedLine = 'connect';
  beforeInvite(core, dial1, dial2);

  const timers: (() => void)[] = [];
  dial1.cleanUps.push(() => {
    for (const stop of timers) stop();
  });
  let isOver = false;
  /** Ends both legs, once. Asterisk's Hangups come in either order; this one alternates from call to call. */
  const over = (dialStatus: string, dial1Cause: number, dial2Cause: number, dial2SipCode = 0) => {
    if (isOver) return;
    isOver = true;
    for (const stop of timers) stop();
    facts.dialStatus = dialStatus;
    if (facts.recorded) record(core, dial1, clock.ticks() - (facts.answeredTicks ?? 0));
    const dial2First = core.channelsOpened % 4 < 2;
    if (dial2First) core.close(dial2, dial2Cause, dial2SipCode);
    finish(dial1Cause);
    if (!dial2First) core.close(dial2, dial2Cause, dial2SipCode);
  };
  const hangUpBoth = (by: Dial2Facts['endedBy'], dial2Cause = 16) => {
    facts.endedBy = by;
    if (facts.answeredTicks !== undefined)
      over('ANSWER', 16, dial2Cause, dial2Cause === 16 ? 0 : sipCodeOfCause(dial2Cause));
    else over('CANCEL', isLocal(dial1) && by === 'dial1' ? 16 : 0, 16);
  };
  /** Asterisk names no side for a Local channel: a channel behind it hung up. */
  const hungUpBy = (by: 'dial1' | 'dial2', channel: Channel, cause?: number) =>
    hangUpBoth(isLocal(channel) ? '' : by, cause);
  dial1.hangUp = () => hangUpBoth('');
  dial1.phoneHungUp = () => hungUpBy('dial1', dial1);
  dial2.hangUp = () => (facts.answeredTicks === undefined ? over('CHANUNAVAIL', 0, 0) : hangUpBoth(''));
  timers.push(clock.after(Number(value('REDIAL_DIAL2_RING_SECONDS')) * 1000, () => over('NOANSWER', 16, 0)));

  const call = leg.ring(
    { from: dial1.callerId, fromName: dial1.callerName, headers: dial2Headers(dial1) },
    {
      ringing: () => {
        facts.rangTicks ??= clock.ticks();
        if (!isLocal(dial2)) facts.sip = 180;
      },
      progress: () => {
        facts.rangTicks ??= clock.ticks();
        facts.sip = 183;
      },
      trying: () => {
        facts.sip = 100;
      },
      answered: () => {
        for (const stop of timers.splice(0)) stop();
        facts.answeredTicks = clock.ticks();
        facts.uniqueId = dial2.uniqueId;
        if (!isLocal(dial2)) facts.sip = 200;
        facts.recorded = value('REDIAL_RECORDING') !== '' && core.recordingsFolder !== undefined;
        dial1.shared.set('REDIAL_DIAL2', dial2.uniqueId);
        bridge(dial1, dial2);
        const talkLimit = value('REDIAL_TALK_LIMIT_SECONDS');
        if (talkLimit !== '') timers.push(clock.after(Number(talkLimit) * 1000, () => hangUpBoth('')));
        if (core.talkMs !== undefined) timers.push(clock.after(core.talkMs, () => call.hangUp()));
      },
      refused: (cause, sipCode) => {
        if (sipCode !== undefined) facts.sip = sipCode;
        over(dialStatusOf(cause), cause === 0 ? 16 : cause, cause, sipCode);
      },
      hungUp: (cause) => hungUpBy('dial2', dial2, cause),
    },
  );
}

/** `redial-dial2-created`: the headers are read when the INVITE is made. */
function beforeInvite(core: PbxCore, dial1: Channel, dial2: Channel): void {
  if (dial1.variables.get('REDIAL_TELL_DIAL2') === '1') {
    const journal = `${dial1.variables.get('REDIAL_ATTEMPT')}|dial2|${dial2.uniqueId}`;
    core.emit('UserEvent', [...channelHeaders(dial2), ['UserEvent', 'RedialAttempt'], ['Journal', journal]], 'user');
  }
  if (isLocal(dial2)) dial2.variables.set('REDIAL_DIAL1', dial1.name);
}

/** The other side hears the keys that one side presses. */
function bridge(dial1: Channel, dial2: Channel): void {
  dial1.bridgeId = dial2.bridgeId = `bridge-${dial1.uniqueId}`;
  dial1.pressed = (key) => dial2.onDtmf(key);
  dial2.pressed = (key) => dial1.onDtmf(key);
}

function record(core: PbxCore, dial1: Channel, talkMs: number): void {
  const file = dial1.variables.get('REDIAL_RECORDING');
  if (core.recordingsFolder !== undefined && file) writeRecording(core.recordingsFolder, file, talkMs);
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
