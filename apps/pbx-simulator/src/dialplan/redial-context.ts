import { sipCodeOfCause } from '../channels/causes.ts';
import { type Channel, channelHeaders } from '../channels/channel.ts';
import { techCauseOf } from '../channels/leg.ts';
import type { PbxCore } from '../channels/pbx-core.ts';
import { dialDial2 } from './dial-dial2.ts';
import { dialableShape } from './dialable-shape.ts';
import { type Dial2Facts, journalEntry } from './journal-entry.ts';

/**
 * The steps of infra/asterisk/redial.conf, as Asterisk 22 was seen to run them. The conformance suite compares both: a
 * change of that file needs the same change here.
 */
const attemptShape = /^att_[0-9A-HJKMNP-TV-Z]{26}$/;
const slotShape = /^[0-9]{1,5}$/;
const ringSecondsShape = /^[1-9][0-9]{0,3}$/;
const talkLimitShape = /^([1-9][0-9]{0,5})?$/;
const callerIdShape = /^([+]?[0-9]{1,20})?$/;
const recordingShape = /^(redial\/[A-Za-z0-9][A-Za-z0-9_-]{0,39}\/(?<attempt>[A-Z_a-z0-9]+)[.]wav)?$/;
const messageShape = /^([A-Za-z0-9][A-Za-z0-9/_-]{0,99})?$/;

/** `redial,connect,1`: an answered dial1 arrives here. */
export function connect(core: PbxCore, dial1: Channel): void {
  const value = (name: string) => dial1.variables.get(name) ?? '';
  const attempt = value('REDIAL_ATTEMPT');
  const slot = value('REDIAL_SLOT');
  const end = (cause: number) => core.close(dial1, cause, techCauseOf(dial1, sipCodeOfCause(cause)));
  dial1.hangUp = () => end(0);
  dial1.phoneHungUp = () => end(0);
  if (!attemptShape.test(attempt) || !slotShape.test(slot)) {
    end(21);
    return;
  }

  const answered = { at: core.clock.now(), ticks: core.clock.ticks() };
  const facts: Dial2Facts = { dialStatus: '', endedBy: '' };
  core.astDb.put('redial', slot, `${attempt}|answered|${Math.floor(answered.at / 1000)}`);
  /**
   * Every exit comes through here: the hang-up handler writes the journal and sends the one UserEvent, then dial1 ends.
   */
  const finish = (dial1Cause: number) => {
    const dtmfDigit = dial1.shared.get('REDIAL_KEY') ?? '';
    const entry = journalEntry(core.clock, { attempt, answered, dial1Cause, facts, dtmfDigit });
    core.astDb.put('redial', slot, entry);
    dial1.context = 'redial-ended';
    dial1.exten = 's';
    core.emit('UserEvent', [...channelHeaders(dial1), ['UserEvent', 'RedialAttempt'], ['Journal', entry]], 'user');
    dial1.context = 'redial';
    dial1.exten = 'connect';
    end(dial1Cause);
  };

  const recording = recordingShape.exec(value('REDIAL_RECORDING'));
  const isValid =
    dialableShape.test(value('REDIAL_DIAL2_CHANNEL')) &&
    ringSecondsShape.test(value('REDIAL_DIAL2_RING_SECONDS')) &&
    talkLimitShape.test(value('REDIAL_TALK_LIMIT_SECONDS')) &&
    callerIdShape.test(value('REDIAL_DIAL2_CALLER_ID')) &&
    messageShape.test(value('REDIAL_MESSAGE')) &&
    recording !== null &&
    [undefined, attempt].includes(recording.groups?.['attempt']);
  if (isValid) {
    dialDial2(core, dial1, facts, finish);
  } else {
    facts.dialStatus = 'INVALIDARGS';
    finish(21);
  }
}
