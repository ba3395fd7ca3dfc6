import { describe, expect, it } from 'vitest';
import type { PbxWorld, Placed } from './pbx-world.ts';

/** dial2's channel id is reported as soon as the channel exists, if the attempt requests it. */
export function describeDial2Created(getWorld: () => PbxWorld): void {
  describe.concurrent('dial2’s id is requested', () => {
    it('given both answer, when dialled, then the id is reported before dial2’s end, and the journal has the same', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/1420',
        dial2Channel: 'PJSIP/27820000710@carrier',
        reportsDial2: true,
      });

      const { dial2Created, dial2Hangup, journalEnded } = placed.evidence;
      expect(dial2Created?.uniqueId).toMatch(/^[0-9]+\.[0-9]+$/);
      expect(journalEnded?.dial2UniqueId).toBe(dial2Created?.uniqueId);
      expect(dial2Hangup?.uniqueId ?? dial2Created?.uniqueId).toBe(dial2Created?.uniqueId);
      expect(journalsOf(placed)).toEqual([
        `${placed.attemptId}|dial2|${dial2Created?.uniqueId}`,
        placed.journal?.join('|'),
      ]);
    });

    it('given dial2 is busy, when dialled, then its id is still reported, and first', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/1040',
        dial2Channel: 'PJSIP/27820020710@carrier',
        headers: { dial1: {}, dial2: { 'X-One': '1' } },
        reportsDial2: true,
      });

      const uniqueId = placed.evidence.dial2Created?.uniqueId;
      const ofDial2 = placed.events.filter((event) => event.get('Uniqueid') === uniqueId);
      expect(ofDial2.map((event) => event.event)).toEqual(['UserEvent', 'Hangup']);
      expect(placed.outcome.disposition).toBe('busy');
      expect(getWorld().invitesTo('27820020710')).toMatchObject([{ headers: { 'X-One': '1' } }]);
    });

    it('given dial2 has no channel, when dialled, then there is no id to report', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/1041',
        dial2Channel: 'PJSIP/1511',
        reportsDial2: true,
      });

      expect(placed.evidence).not.toHaveProperty('dial2Created');
      expect(journalsOf(placed)).toHaveLength(1);
    });

    it('given dial2 is a queue, when dialled, then the id is the leg’s own and not the agent’s', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/1421',
        dial2Channel: 'Local/test-queue@redial-queue/n',
        reportsDial2: true,
      });

      const uniqueId = placed.evidence.dial2Created?.uniqueId;
      expect(placed.evidence.journalEnded?.dial2UniqueId).toBe(uniqueId);
      const channels = placed.events
        .filter((event) => event.get('Uniqueid') === uniqueId)
        .map((one) => one.get('Channel'));
      expect(new Set(channels)).toEqual(
        new Set([expect.stringMatching(/^Local\/test-queue@redial-queue-[0-9a-f]+;1$/)]),
      );
    });
  });
}

function journalsOf({ events }: Placed): (string | undefined)[] {
  return events.filter((event) => event.event === 'UserEvent').map((event) => event.get('Journal'));
}
