import { describe, expect, it } from 'vitest';
import { listenForInterruption } from './interruption.ts';

function given() {
  const handlers = new Map<string, () => void>();
  let clock = 0;
  let insistences = 0;
  const { wanted } = listenForInterruption(() => insistences++, {
    on: (signal, handler) => handlers.set(signal, handler),
    now: () => clock,
  });
  const at = (ms: number, signal: string) => {
    clock = ms;
    handlers.get(signal)?.();
  };
  return { at, wanted, insistences: () => insistences, signals: [...handlers.keys()] };
}

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('given a %s, then an end is requested', async (signal) => {
    const { at, wanted } = given();
    at(0, signal);
    expect(await wanted).toBe('interrupted');
  });

  it('given one Ctrl-C that comes three times within a second, then it counts once', () => {
    const { at, insistences } = given();
    at(5_000, 'SIGINT');
    at(5_003, 'SIGINT');
    at(6_000, 'SIGTERM');
    expect(insistences()).toBe(0);
  });

  it('given a second Ctrl-C later, then it counts as another', () => {
    const { at, insistences } = given();
    at(5_000, 'SIGINT');
    at(6_001, 'SIGINT');
    expect(insistences()).toBe(1);
  });
});
