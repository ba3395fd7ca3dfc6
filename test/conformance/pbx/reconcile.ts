import { outcomeOf } from '@redial/call';
import { describe, expect, it, vi } from 'vitest';
import type { PbxWorld } from './pbx-world.ts';

export function describeReconciliation(getWorld: () => PbxWorld): void {
  const reconcile = (order: { attemptId: Parameters<PbxWorld['pbx']['hangUp']>[0]; slot: number }) =>
    getWorld().pbx.reconcile({ attemptId: order.attemptId, slot: order.slot, pbxStartedAt: getWorld().pbxStartedAt });

  describe.concurrent('reconciliation', () => {
    it('given dial1 rings, when reconciled, then its channel is found and not up', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1110' });
      getWorld().dial(order);
      await getWorld().rings(order.attemptId);

      expect(await reconcile(order)).toMatchObject({ type: 'channel_found', up: false });
      await getWorld().pbx.hangUp(order.attemptId);
    });

    it('given both talk, when reconciled, then its channel is found and up, and the journal holds the answer', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1060', dial2Channel: 'PJSIP/27820000300@carrier' });
      getWorld().dial(order);
      await getWorld().answers(order.attemptId);

      expect(await reconcile(order)).toMatchObject({ type: 'channel_found', up: true });
      expect((await getWorld().journal(order.slot))?.slice(0, 2)).toEqual([order.attemptId, 'answered']);
      await getWorld().pbx.hangUp(order.attemptId);
    });

    it('given an attempt that has ended, when reconciled, then the journal holds the same as its events', async () => {
      const placed = await getWorld().place({ dial1Channel: 'PJSIP/1061', dial2Channel: 'PJSIP/27820020300@carrier' });

      const finding = await reconcile(placed);

      expect(finding).toEqual({ type: 'journal_ended', at: expect.any(Number), entry: placed.evidence.journalEnded });
      if (finding?.type !== 'journal_ended') throw new Error('checked above');
      expect(outcomeOf({ journalEnded: finding.entry }, Date.now()).disposition).toBe('busy');
    });

    it('given dial1 did not answer, when reconciled afterwards, then nothing is known of the attempt', async () => {
      const placed = await getWorld().place({ dial1Channel: 'PJSIP/1220' });

      expect(await reconcile(placed)).toMatchObject({ type: 'missing', pbxRestarted: false });
    });

    it('given an attempt that never was, when reconciled, then nothing is known of it', async () => {
      expect(await reconcile(getWorld().newAttempt())).toMatchObject({ type: 'missing', pbxRestarted: false });
    });

    it('given a slot that names another attempt, when reconciled, then nothing is known of it', async () => {
      const placed = await getWorld().place({ dial1Channel: 'PJSIP/1062', dial2Channel: 'PJSIP/27820020301@carrier' });
      const { attemptId } = getWorld().newAttempt();

      expect(await reconcile({ attemptId, slot: placed.slot })).toMatchObject({ type: 'missing' });
    });
  });

  describe.concurrent('hang-up', () => {
    it('given dial1 rings, when hung up, then the attempt is canceled and dial2 is never rung', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1111', dial2Channel: 'PJSIP/27820000310@carrier' });
      getWorld().dial(order);
      await getWorld().rings(order.attemptId);
      getWorld().watch.cancel(order.attemptId);
      const placed = await getWorld().conclusionOf(order);

      expect(placed.outcome).toMatchObject({ disposition: 'canceled', dial2: null, endedBy: 'redial' });
      expect(placed.evidence).toMatchObject({ originateFailed: { reason: 0 }, dial1Hangup: { cause: 0 } });
      expect(placed.journal).toBeUndefined();
      expect(getWorld().invitesTo('27820000310')).toHaveLength(0);
    });

    it('given dial1’s phone is dead, when hung up, then the attempt is canceled', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1620' });
      getWorld().dial(order);
      await vi.waitFor(async () => expect(await reconcile(order)).toMatchObject({ type: 'channel_found' }), 30_000);
      getWorld().watch.cancel(order.attemptId);
      const placed = await getWorld().conclusionOf(order);

      expect(placed.outcome).toMatchObject({ disposition: 'canceled', dial2: null, endedBy: 'redial' });
      expect(placed.evidence).toMatchObject({ originateFailed: { reason: 0 } });
      // 21, if the hang-up overtook the INVITE.
      expect([0, 21], JSON.stringify(placed.evidence)).toContain(placed.evidence.dial1Hangup?.cause);
    });

    it('given dial2 rings, when hung up, then the journal holds CANCEL without a leg that hung up, and the attempt is canceled', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1063', dial2Channel: 'PJSIP/27820010310@carrier' });
      getWorld().dial(order);
      await vi.waitFor(async () => expect(await getWorld().invitesTo('27820010310').length).toBe(1), 30_000);
      getWorld().watch.cancel(order.attemptId);
      const placed = await getWorld().conclusionOf(order);

      expect(placed.outcome).toMatchObject({ disposition: 'canceled', connected: false, endedBy: 'redial' });
      expect(placed.journal?.slice(2, 5)).toEqual(['CANCEL', '0', '']);
    });

    it('given both talk, when hung up, then the journal holds ANSWER without a leg that hung up, and the call counts as connected', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1064', dial2Channel: 'PJSIP/27820000311@carrier' });
      getWorld().dial(order);
      await getWorld().talks(order.attemptId);
      getWorld().watch.cancel(order.attemptId);
      const placed = await getWorld().conclusionOf(order);

      expect(placed.outcome).toMatchObject({ disposition: 'answered', connected: true, endedBy: 'redial' });
      expect(placed.journal?.slice(2, 5)).toEqual(['ANSWER', '16', '']);
    });

    it('given an attempt that never was, when hung up, then the answer is that there was none', async () => {
      expect(await getWorld().pbx.hangUp(getWorld().newAttempt().attemptId)).toBe(false);
    });

    it('given an attempt that has ended, when hung up, then the answer is that there was none', async () => {
      const placed = await getWorld().place({ dial1Channel: 'PJSIP/1221' });

      expect(await getWorld().pbx.hangUp(placed.attemptId)).toBe(false);
    });
  });
}
