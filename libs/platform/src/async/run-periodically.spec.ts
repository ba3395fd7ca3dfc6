import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runPeriodically } from './run-periodically.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('runPeriodically', () => {
  it('runs at once and then after each wait, failures included', async () => {
    const onError = vi.fn();
    const work = vi.fn(async () => {
      if (work.mock.calls.length === 2) throw new Error('once');
    });
    const { stop } = runPeriodically(1_000, work, onError);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(work).toHaveBeenCalledTimes(3);
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('once'));
    await stop();
  });

  it('never runs twice at once', async () => {
    const gate = Promise.withResolvers<void>();
    const work = vi.fn(() => gate.promise);
    const { stop } = runPeriodically(1_000, work, () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(work).toHaveBeenCalledTimes(1);
    gate.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(work).toHaveBeenCalledTimes(2);
    await stop();
  });

  it('stops once the run under way has ended, and starts no other', async () => {
    const gate = Promise.withResolvers<void>();
    const work = vi.fn(() => gate.promise);
    const stopped = vi.fn();
    const ending = runPeriodically(1_000, work, () => undefined)
      .stop()
      .then(stopped);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stopped).not.toHaveBeenCalled();
    gate.resolve();
    await ending;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
