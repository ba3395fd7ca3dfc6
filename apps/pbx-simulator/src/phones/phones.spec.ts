import { describe, expect, it } from 'vitest';
import { realClock } from '../clock.ts';
import { SimulatedPhones } from './phones.ts';

const phones = () => new SimulatedPhones(realClock(100));
const inviteTo = (user: string) => ({ at: 0, user, from: 'anonymous', fromName: '', headers: {} });

const indifferent = { ringing() {}, answered() {}, pressed() {}, refused() {}, hungUp() {} };

/** The PBX's view of a phone, until it is done or talks. */
function listen(to: SimulatedPhones, user: string): Promise<string[]> {
  return new Promise((resolve) => {
    const heard: string[] = [];
    to.call(inviteTo(user), {
      ringing: () => void heard.push('rings'),
      answered: () => resolve([...heard, 'answers']),
      pressed: () => {},
      refused: (sipCode) => resolve([...heard, String(sipCode)]),
      hungUp: () => {},
    });
  });
}

describe('SimulatedPhones', () => {
  it.each([
    ['1000', ['rings', 'answers']],
    ['1200', ['486']],
    ['1300', ['603']],
    ['1400', ['rings', 'answers']],
    ['1800', ['rings', 'answers']],
    ['1900', ['480']],
    ['27820000000', ['rings', 'answers']],
    ['27820020000', ['486']],
    ['+27820030000', ['603']],
    ['27820040000', ['404']],
    ['27820050000', ['503']],
    ['27820090000', ['480']],
    ['27820100000', ['600']],
    ['27820110000', ['484']],
    ['27820120000', ['488']],
    ['27820130000', ['rings', 'answers']],
    ['27820140000', ['rings', 'answers']],
    ['27820200000', ['rings', 'answers']],
    ['552', ['rings', 'answers']],
    ['27115550000', ['rings', 'answers']],
  ])('given %s, when invited, then it %j', async (user, expected) => {
    expect(await listen(phones(), user)).toEqual(expected);
  });

  it.each([
    ['27820210000', '1'],
    ['27820220000', '9'],
  ])('given %s, when it has answered, then it presses %s', async (user, key) => {
    const pressed = await new Promise((pressed) => phones().call(inviteTo(user), { ...indifferent, pressed }));

    expect(pressed).toBe(key);
  });

  it('given a number that is busy twice, when invited four times, then it answers from the third on, until reset', async () => {
    const all = phones();
    const heard = [];
    for (let time = 0; time < 4; time++) heard.push((await listen(all, '27820070000')).at(-1));
    all.reset();

    expect(heard).toEqual(['486', '486', 'answers', 'answers']);
    expect((await listen(all, '27820070000')).at(-1)).toBe('486');
  });

  it('given two rules for a number, when invited, then the newest holds', async () => {
    const all = phones();
    all.setBehaviour(/^10/, { kind: 'refuses', sipCode: 503 });
    all.setBehaviour('1000', { kind: 'refuses', sipCode: 404, ringMs: 10 });

    expect(await listen(all, '1000')).toEqual(['rings', '404']);
    expect(await listen(all, '1001')).toEqual(['503']);
    expect(await listen(all, '1800')).toEqual(['rings', 'answers']);
  });

  it('given past and future INVITEs, when awaited, then each is found once it is there', async () => {
    const all = phones();
    all.call(inviteTo('1001'), indifferent).end();
    const coming = all.waitForInvite(({ user }) => user === '1002');
    all.call(inviteTo('1002'), indifferent).end();

    expect((await all.waitForInvite(({ user }) => user === '1001')).user).toBe('1001');
    expect((await coming).user).toBe('1002');
    await expect(all.waitForInvite(({ user }) => user === '1003', 1)).rejects.toThrow(
      'no such INVITE within 1 ms; 2 came',
    );
  });

  it('given a dead contact, when invited, then no phone receives it', () => {
    const all = phones();
    all.call(inviteTo('1600'), indifferent).end();

    expect(all.invites()).toEqual([]);
  });
});
