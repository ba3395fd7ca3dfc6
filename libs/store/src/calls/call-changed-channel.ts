import type { Call, CallId } from '@redial/call';
import type { StoreKeys } from '../keys.ts';
import type { Write } from '../records/commit.ts';
import type { Subscriptions } from '../subscriptions.ts';
import type { CallChangedHints } from './call-changed-hints.ts';

/**
 * Hints for calls whose outcome a client awaits. A message is the call's id and means "read it again": the records are
 * the truth. The script that writes the records publishes it (`commit`, `record-progress`). So no writer can forget it,
 * and no reader gets a hint before it can read the change. Other calls are never published.
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

/**
 * Publishes a call's next state. Not for `dialing`: the attempt's own progress is published, and a claim changes no
 * outcome. Pure.
 */
export function callChangedHint(
  { callChangedChannel }: Pick<StoreKeys, 'callChangedChannel'>,
  { id, request, state }: Call,
): Write[] {
  return request.outcomeAwaited && state.status !== 'dialing' ? [['PUBLISH', callChangedChannel, id]] : [];
}
