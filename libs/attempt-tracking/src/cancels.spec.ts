import { AttemptId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { createCancels } from './cancels.ts';

const id = AttemptId.parse('att_01ARZ3NDEKTSV4RRFFQ69G5FAV');

function aWatch(...watched: AttemptId[]) {
  const canceled: AttemptId[] = [];
  const has = (attemptId: AttemptId) => watched.includes(attemptId);
  return { canceled, has, cancel: (attemptId: AttemptId) => has(attemptId) && canceled.push(attemptId) > 0 };
}

describe('a cancel', () => {
  it('that is announced reaches the watch that has the attempt', () => {
    const [other, watch] = [aWatch(), aWatch(id)];
    createCancels({ store: { cancelRequested: async () => [] }, watches: () => [other, watch] }).announced(id);
    expect([other.canceled, watch.canceled]).toEqual([[], [id]]);
  });

  it.each(['announced', 'found in the records'] as const)(
    'that is %s between the claim and the Originate is known by the time of the Originate',
    async (how) => {
      const cancels = createCancels({ store: { cancelRequested: async () => [id] }, watches: () => [aWatch()] });
      expect(cancels.isRequested(id)).toBe(false);
      if (how === 'announced') cancels.announced(id);
      else await cancels.check();
      expect(cancels.isRequested(id)).toBe(true);
    },
  );

  it('of an attempt that is watched here is not remembered as early', () => {
    const cancels = createCancels({ store: { cancelRequested: async () => [] }, watches: () => [aWatch(id)] });
    cancels.announced(id);
    expect(cancels.isRequested(id)).toBe(false);
  });

  it('of another dialer’s attempt is forgotten after a thousand newer ones', () => {
    const cancels = createCancels({ store: { cancelRequested: async () => [] }, watches: () => [] });
    const others = Array.from({ length: 1_000 }, (_, n) => AttemptId.parse(`att_${String(n).padStart(26, '0')}`));
    for (const attemptId of [id, ...others]) cancels.announced(attemptId);
    expect([id, ...others].filter(cancels.isRequested)).toEqual(others);
  });

  it('whose announcement was lost is found in the records', async () => {
    const watch = aWatch(id);
    await createCancels({ store: { cancelRequested: async () => [id] }, watches: () => [watch] }).check();
    expect(watch.canceled).toEqual([id]);
  });
});
