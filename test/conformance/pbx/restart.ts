import { describe, expect, it } from 'vitest';
import type { PbxWorld } from './pbx-world.ts';

export function describeRestart(getWorld: () => PbxWorld): void {
  describe('the PBX crashes and starts again', () => {
    it('given calls that rang, talked and had ended, when reconciled after it, then only journalled facts are known', async () => {
      const world = getWorld();
      const before = world.pbxStartedAt;
      const ended = await world.place({ dial1Channel: 'PJSIP/1070', dial2Channel: 'PJSIP/27820020400@carrier' });
      const ringing = world.order({ dial1Channel: 'PJSIP/1130' });
      const talking = world.order({ dial1Channel: 'PJSIP/1071', dial2Channel: 'PJSIP/27820000400@carrier' });
      const pbxStartedAt = before;
      for (const order of [ringing, talking]) expect(await world.pbx.originate(order)).toEqual({ type: 'accepted' });
      await Promise.all([world.rings(ringing.attemptId), world.talks(talking.attemptId)]);
      // Asterisk commits AstDB once a second (main/db.c): a crash loses what was journalled within the last second.
      await world.place({ dial1Channel: 'PJSIP/1072', dial2Channel: 'PJSIP/27820060400@carrier' });

      await world.restart();

      expect(world.pbxStartedAt).not.toBe(before);
      expect(await world.pbx.reconcile({ ...ended, pbxStartedAt })).toMatchObject({
        type: 'journal_ended',
        entry: ended.evidence.journalEnded,
      });
      expect(await world.pbx.reconcile({ ...ringing, pbxStartedAt })).toMatchObject({
        type: 'missing',
        pbxRestarted: true,
      });
      expect(await world.pbx.reconcile({ ...talking, pbxStartedAt })).toMatchObject({
        type: 'journal_answered',
        pbxRestarted: true,
      });
      expect(await world.pbx.hangUp(talking.attemptId)).toBe(false);
      expect(world.invitesTo('1130')).toHaveLength(1);
      expect(world.invitesTo('1071')).toHaveLength(1);
    });

    it('given an id that was in use before the crash, when originated again, then it is free', async () => {
      const world = getWorld();
      const order = world.order({ dial1Channel: 'PJSIP/1131' });
      await world.pbx.originate(order);
      await world.rings(order.attemptId);
      await world.restart();

      expect(await world.pbx.originate({ ...order, dial1Channel: 'PJSIP/1230' })).toEqual({ type: 'accepted' });
      const response = await world.bystander.packet(
        (one) => one.event === 'OriginateResponse' && one.get('ActionID') === order.attemptId,
      );
      expect(response.get('Response')).toBe('Failure');
      expect(world.invitesTo('1230')).toHaveLength(1);
    });
  });
}
