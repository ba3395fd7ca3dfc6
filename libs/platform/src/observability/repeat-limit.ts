export interface RepeatLimit {
  /** Whether the line may be written, and how many similar lines were omitted since the last written one. */
  admit(key: string, now: number): { readonly admitted: boolean; readonly leftOut: number };
}

/** At most `lines` lines of one key per `perMs`. Remembers the 500 keys used last. */
export function createRepeatLimit({ lines, perMs }: { readonly lines: number; readonly perMs: number }): RepeatLimit {
  const keysMax = 500;
  const spans = new Map<string, { startedAt: number; written: number; leftOut: number }>();
  return {
    admit(key, now) {
      const span = spans.get(key);
      if (span !== undefined && now - span.startedAt < perMs && now >= span.startedAt) {
        if (span.written < lines) {
          span.written += 1;
          return { admitted: true, leftOut: 0 };
        }
        span.leftOut += 1;
        return { admitted: false, leftOut: 0 };
      }
      spans.delete(key);
      spans.set(key, { startedAt: now, written: 1, leftOut: 0 });
      const oldest = spans.keys().next();
      if (spans.size > keysMax && oldest.done === false) spans.delete(oldest.value);
      return { admitted: true, leftOut: span?.leftOut ?? 0 };
    },
  };
}

/** Our ids, and numbers, at the beginning of a word: `dial1` and `dial2` stay different. */
const differing = /(?<![\p{L}\p{N}_])(?:(?:call|att)_[0-9A-Z]{26}|[0-9]+)/gu;

/**
 * The common part of messages that differ only in numbers and ids: `not sent: 5001 ms after …` is one message for any
 * delay.
 */
export function messageKind(message: string): string {
  return message.replaceAll(differing, '#');
}
