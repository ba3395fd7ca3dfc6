import type { AttemptId } from '@redial/call';

/** Attempts in progress that are to be hung up. */
export interface CancelStore {
  /**
   * Attempts in progress whose call has `cancelRequestedAt`, oldest request first. `CallStore.updateCall` keeps this
   * list.
   */
  cancelRequested(): Promise<AttemptId[]>;
  /**
   * Notifies every process that watches the PBX. At most once, and only while it listens: `cancelRequested` is the
   * truth.
   */
  announceCancel(pbx: string, attemptId: AttemptId): Promise<void>;
  /**
   * Listens for announcements. `onSubscribed` is called when listening begins, and again after each lost connection:
   * announcements in between were missed, and `cancelRequested` has them. The resolved function stops listening at
   * once, with or without Redis.
   */
  onCancel(listener: (pbx: string, attemptId: AttemptId) => void, onSubscribed?: () => void): Promise<() => void>;
}
