import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepTrying } from './keep-trying.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function failing(times: number) {
  const action = vi.fn(async () => {
    if (action.mock.calls.length <= times) throw new Error(`failure ${action.mock.calls.length}`);
    return 'done';
  });
  return action;
}

describe('keepTrying', () => {
  it('resolves to the result of the action', async () => {
    const onError = vi.fn();
    expect(await keepTrying(failing(0), { onError })).toBe('done');
    expect(onError).not.toHaveBeenCalled();
  });

  it('waits twice as long after every failure, up to the longest wait', async () => {
    const startedAt = Date.now();
    const failedAfter: number[] = [];
    const result = keepTrying(failing(5), {
      onError: () => failedAfter.push(Date.now() - startedAt),
      firstDelayMs: 100,
      maxDelayMs: 400,
    });
    await vi.runAllTimersAsync();
    expect(await result).toBe('done');
    expect(failedAfter).toEqual([0, 100, 300, 700, 1_100]);
  });

  it('gives up with the last error when its signal aborts', async () => {
    const controller = new AbortController();
    const result = keepTrying(failing(Number.POSITIVE_INFINITY), {
      onError: () => undefined,
      signal: controller.signal,
    });
    const outcome = expect(result).rejects.toThrow('failure 2');
    await vi.advanceTimersByTimeAsync(0);
    controller.abort();
    await outcome;
  });
});
