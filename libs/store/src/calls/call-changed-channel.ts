import type { Call, CallId } from '@redial/call';
import type { StoreKeys } from '../keys.ts';
import type { Write } from '../records/commit.ts';
import type { Subscriptions } from '../subscriptions.ts';
import type { CallChangedHints } from './call-changed-hints.ts';

/**
 * Hints of calls whose outcome somebody waits for. A message is the call's id and says "look again": the truth stays in the records.
 * It is published by the very step that writes them (`commit`, `record-progress`), so no writer can forget it, and nobody hears of
 * what is not yet to be read. Calls that nobody waits for are never published.
 */
export function callChangedChannelOf(
  { callChangedChannel }: Pick<StoreKeys, 'callChangedChannel'>,
  subscriptions: Subscriptions,
): CallChangedHints {
  return {
    onCallChanged: (listener, onSubscribed) =>
      subscriptions.listen(callChangedChannel, (message) => listener(message as CallId), onSubscribed),
  };
}

/** What tells of a call's next state. While an attempt is under way its own progress tells, and the claim has nothing to say. Pure. */
export function callChangedHint(
  { callChangedChannel }: Pick<StoreKeys, 'callChangedChannel'>,
  { id, request, state }: Call,
): Write[] {
  return request.outcomeAwaited && state.status !== 'dialing' ? [['PUBLISH', callChangedChannel, id]] : [];
}
