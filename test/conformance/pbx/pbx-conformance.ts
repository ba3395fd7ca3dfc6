import { examinePbx } from '@redial/asterisk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeActions } from './actions.ts';
import { describeAnnouncements } from './announcements.ts';
import { describeDial1 } from './dial1.ts';
import { describeDial2 } from './dial2.ts';
import { describeDial2Created } from './dial2-created.ts';
import { describeInjection } from './injection.ts';
import { describeLocalLegs } from './local-legs.ts';
import { type ConformingPbx, PbxWorld } from './pbx-world.ts';
import { describeQuestions } from './questions.ts';
import { describeReconciliation } from './reconcile.ts';
import { describeRecordings } from './recordings.ts';
import { describeRestart } from './restart.ts';
import { describeSipAnswers } from './sip-answers.ts';

/**
 * What Redial relies on of a PBX, as measured on Asterisk 22. The real PBX and the simulator run the same cases, so
 * that a proof on the simulator holds.
 *
 * Cases of one group run side by side. Each has its own numbers, so that INVITEs can be counted.
 */
export function describePbxConformance(name: string, start: () => Promise<ConformingPbx>): void {
  describe(name, () => {
    let world: PbxWorld;
    const getWorld = () => world;

    beforeAll(async () => {
      world = await PbxWorld.start(start);
    });

    afterAll(async () => {
      await world?.stop();
    });

    it('given the configuration that Redial ships, when the doctor examines it, then it finds no fault', async () => {
      const checks = await examinePbx(world.ami);
      expect(checks.filter((check) => check.decision !== 'ok')).toEqual([]);
      expect(checks.length).toBeGreaterThan(5);
    });

    describeDial1(getWorld);
    describeDial2(getWorld);
    describeDial2Created(getWorld);
    describeLocalLegs(getWorld);
    describeSipAnswers(getWorld);
    describeAnnouncements(getWorld);
    describeRecordings(getWorld);
    describeReconciliation(getWorld);
    describeActions(getWorld);
    describeInjection(getWorld);
    describeQuestions(getWorld);
    // Last: it ends every session.
    describeRestart(getWorld);
  });
}
