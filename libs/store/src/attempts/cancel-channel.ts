import type { AttemptId } from '@redial/call';
import type { StoreContext } from '../store-context.ts';
import type { Subscriptions } from '../subscriptions.ts';
import type { CancelStore } from './cancel-store.ts';

/** Published on the store's own connection. A message is `<pbx> <attempt id>`. */
export function cancelChannelOf(
  { redis, keys: { cancelChannel } }: Pick<StoreContext, 'redis' | 'keys'>,
  subscriptions: Subscriptions,
): Pick<CancelStore, 'announceCancel' | 'onCancel'> {
  return {
    announceCancel: async (pbx, attemptId) => {
      await redis.publish(cancelChannel, `${pbx} ${attemptId}`);
    },
    onCancel: (listener, onSubscribed) =>
      subscriptions.listen(
        cancelChannel,
        (message) => {
          const [pbx = '', attemptId = ''] = message.split(' ');
          listener(pbx, attemptId as AttemptId);
        },
        onSubscribed,
      ),
  };
}
