import type { CallId } from '@redial/call';

/** Hints that a client's awaited outcome may be known. */
export interface CallChangedHints {
  /**
   * Listens for calls with `outcomeAwaited` whose record has changed: read it again. A hint comes at most once, and
   * only while the process listens; the records are the truth. `onSubscribed` is called when listening begins, and
   * again after each lost connection: hints in between were missed. The resolved function stops listening.
   */
  onCallChanged(listener: (callId: CallId) => void, onSubscribed?: () => void): Promise<() => void>;
}
