import { AttemptId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { createCancels } from './cancels.ts';

const id = AttemptId.parse('att_01ARZ3NDEKTSV4RRFFQ69G5FAV');

function aWatch(...watched: AttemptId[]) {
  const canceled: AttemptId[] = [];
  const has = (attemptId: AttemptId) => watched.includes(attemptId);
  return { watched, canceled, has, cancel: (attemptId: AttemptId) => has(attemptId) && canceled.push(attemptId) > 0 };
}

describe('a cancel', () => {
  it('that is announced reaches the watch that has the attempt', () => {
    const [other, watch] = [aWatch(), aWatch(id)];
    createCancels({ store: { cancelRequested: async () => [] }, watches: () => [other, watch] }).announced(id);
    expect([other.canceled, watch.canceled]).toEqual([[], [id]]);
  });

  it('that comes between the fence and the Originate waits until there is something to hang up', () => {
    const watch = aWatch();
    const cancels = createCancels({ store: { cancelRequested: async () => [] }, watches: () => [watch] });
    cancels.announced(id);
    expect(watch.canceled).toEqual([]);
    watch.watched.push(id);
    cancels.begun(id);
    cancels.begun(id);
    expect(watch.canceled).toEqual([id]);
  });

  it('whose announcement was lost is found in the records', async () => {
    const watch = aWatch(id);
    await createCancels({ store: { cancelRequested: async () => [id] }, watches: () => [watch] }).check();
    expect(watch.canceled).toEqual([id]);
  });
});
