import { describe, expect, it } from 'vitest';
import type { PbxWorld, Placed } from './pbx-world.ts';

const announcementChannel = 'Local/play@redial-message/n';

/** An announcement that the PBX plays, and the effect of a digit that is pressed during it. */
export function describeAnnouncements(getWorld: () => PbxWorld): void {
  describe.concurrent('announcements', () => {
    it('given an announcement without digits, when dialled as dial2, then it is played to its end, and the call ends', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27820000740@carrier',
        dial2Channel: announcementChannel,
        announcement: { sound: 'redial-test', dtmf: {}, waitSeconds: 5 },
      });

      expectAnswered(placed, '');
      expect(placed.evidence.journalEnded?.talkMs).toBeGreaterThan(1_800);
      expect(placed.evidence.journalEnded?.talkMs).toBeLessThan(5_000);
    });

    it('given an announcement with digits, when dial1 presses one, then its channel is rung with dial2’s caller ID, and both talk', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27820210740@carrier',
        dial2Channel: announcementChannel,
        dial1CallerId: '27110001111',
        dial2CallerId: '27110002222',
        announcement: { sound: 'redial-test', dtmf: { '1': 'PJSIP/1430', '9': 'PJSIP/1253' }, waitSeconds: 3 },
      });

      expectAnswered(placed, '1');
      // A second until the key, a second of talk.
      expect(placed.evidence.journalEnded?.talkMs).toBeGreaterThan(1_800);
      expect(getWorld().invitesTo('1430')).toMatchObject([{ from: '27110002222' }]);
      expect(getWorld().invitesTo('1253')).toEqual([]);
    });

    it('given a key that leads to a queue, when dial1 presses it, then an agent is rung', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27820210741@carrier',
        dial2Channel: announcementChannel,
        dial2CallerId: '27110007411',
        talkLimitMs: 3_000,
        announcement: { sound: 'redial-test', dtmf: { '1': 'Local/test-queue@redial-queue/n' }, waitSeconds: 3 },
      });

      expectAnswered(placed, '1');
      expect(
        getWorld()
          .invitesTo('1001')
          .filter(({ from }) => from === '27110007411'),
      ).toHaveLength(1);
    });

    it('given a key without a channel, when dial1 presses it, then no phone rings, and the journal has the key', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27820220740@carrier',
        dial2Channel: announcementChannel,
        announcement: { sound: 'redial-test', dtmf: { '1': 'PJSIP/1254' }, waitSeconds: 3 },
      });

      expectAnswered(placed, '9');
      expect(getWorld().invitesTo('1254')).toEqual([]);
    });

    it('given no key is pressed, when the wait is over, then the call ends', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27820000742@carrier',
        dial2Channel: announcementChannel,
        announcement: { sound: 'redial-test', dtmf: { '1': 'PJSIP/1255' }, waitSeconds: 1 },
      });

      expectAnswered(placed, '');
      expect(placed.evidence.journalEnded?.talkMs).toBeGreaterThan(2_800);
      expect(getWorld().invitesTo('1255')).toEqual([]);
    });

    it('given a key that leads to a busy phone, when pressed, then the call ends', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27820210743@carrier',
        dial2Channel: announcementChannel,
        announcement: { sound: 'redial-test', dtmf: { '1': 'PJSIP/1256' }, waitSeconds: 3 },
      });

      expectAnswered(placed, '1');
      expect(getWorld().invitesTo('1256')).toHaveLength(1);
    });

    it('given an announcement as dial1, when dial2 answers later, then it is played from that moment on', async () => {
      const placed = await getWorld().place({
        dial1Channel: announcementChannel,
        dial2Channel: 'PJSIP/27820080740@carrier',
        announcement: { sound: 'redial-test', dtmf: {}, waitSeconds: 5 },
      });

      expect(placed.outcome).toMatchObject({ disposition: 'answered', connected: true });
      expect(placed.evidence.journalEnded?.talkMs).toBeGreaterThan(1_800);
    });

    it('given an announcement as dial1, when dial2 presses a key, then its channel is rung', async () => {
      const placed = await getWorld().place({
        dial1Channel: announcementChannel,
        dial2Channel: 'PJSIP/27820210744@carrier',
        announcement: { sound: 'redial-test', dtmf: { '1': 'PJSIP/1431' }, waitSeconds: 3 },
      });

      expect(placed.outcome).toMatchObject({ disposition: 'answered', connected: true });
      expect(placed.evidence.journalEnded?.dtmfDigit).toBe('1');
      expect(getWorld().invitesTo('1431')).toMatchObject([{ from: 'anonymous' }]);
    });

    it('given an announcement as dial1, when dial2 is busy, then the call ends as busy', async () => {
      const placed = await getWorld().place({
        dial1Channel: announcementChannel,
        dial2Channel: 'PJSIP/27820020740@carrier',
        announcement: { sound: 'redial-test', dtmf: {}, waitSeconds: 5 },
      });

      expect(placed.outcome.disposition).toBe('busy');
    });

    it('given an announcement that was never named, when dialled, then either leg is refused', async () => {
      const asDial1 = await getWorld().place({ dial1Channel: announcementChannel });
      const asDial2 = await getWorld().place({ dial1Channel: 'PJSIP/1054', dial2Channel: announcementChannel });

      expect(asDial1.evidence.dial1Hangup?.cause).toBe(21);
      expect(asDial2.evidence.journalEnded).toMatchObject({ dialStatus: 'CHANUNAVAIL', dial1Cause: 21 });
    });
  });
}

function expectAnswered(placed: Placed, key: string): void {
  expect(placed.outcome).toMatchObject({ disposition: 'answered', connected: true, endedBy: null });
  expect(placed.evidence.journalEnded?.dtmfDigit ?? '').toBe(key);
  expect(placed.journal?.slice(14, 15)).toEqual([key]);
}
