import type { Channel } from '../channels/channel.ts';
import type { DialplanHalf } from '../channels/pbx-core.ts';
import { dialableShape } from './dialable-shape.ts';
import { ringAll } from './ring-all.ts';

const soundShape = /^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$/;
const waitShape = /^([1-9][0-9]?)?$/;

/** The length of every sound of the simulated PBX. */
const soundMs = 2_000;

/** The context `redial-message` of infra/asterisk/redial.conf. */
export function playMessage(half: DialplanHalf): void {
  const { core, leg, channel } = half;
  const dial1 = core.find(channel.variables.get('REDIAL_DIAL1') ?? leg.name) ?? leg;
  const value = (name: string) => dial1.variables.get(name) ?? '';
  const wait = value('REDIAL_MESSAGE_WAIT');
  if (!soundShape.test(value('REDIAL_MESSAGE')) || !waitShape.test(wait)) {
    half.hangUp(21);
    return;
  }
  half.answer();
  whenHeard(half, dial1, () => {
    const over = half.later(soundMs + Number(wait) * 1_000, () => half.hangUp(16));
    if (wait === '') return;
    leg.onDtmf = (key) => {
      over();
      leg.onDtmf = () => {};
      onKey(half, dial1, key);
    };
  });
}

/** As dial1, it has answered before another side can hear it. */
function whenHeard(half: DialplanHalf, dial1: Channel, play: () => void): void {
  if (dial1 !== half.leg || dial1.shared.has('REDIAL_DIAL2')) play();
  else half.later(200, () => whenHeard(half, dial1, play));
}

function onKey(half: DialplanHalf, dial1: Channel, key: string): void {
  dial1.shared.set('REDIAL_KEY', key);
  const target = dial1.variables.get(`REDIAL_KEY_${key}`) ?? '';
  if (!dialableShape.test(target)) {
    half.hangUp(16);
    return;
  }
  const from = dial1.variables.get('REDIAL_DIAL2_CALLER_ID') || dial1.callerId;
  const ringMs = Number(dial1.variables.get('REDIAL_DIAL2_RING_SECONDS')) * 1_000;
  ringAll({ ...half, caller: { from, fromName: '' } }, [target], ringMs, {
    answered: () => {},
    failed: () => half.hangUp(16),
    hungUp: () => half.hangUp(16),
  });
}
