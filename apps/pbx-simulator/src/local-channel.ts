import { type Channel, channelState } from './channel.ts';
import type { Leg, LegListener, RingOptions } from './leg.ts';
import type { NewChannel, PbxCore } from './pbx-core.ts';

/** The second half of a Local channel, in which the dialplan runs: what it does, the first half shows. */
export interface DialplanHalf {
  readonly core: PbxCore;
  readonly channel: Channel;
  /** The first half: the leg itself. */
  readonly leg: Channel;
  readonly exten: string;
  readonly caller: Pick<RingOptions, 'from' | 'fromName'>;
  ringing(): void;
  answer(): void;
  /** It ends, and the leg with it. */
  hangUp(cause: number): void;
  /** Runs unless it has ended by then; the returned function prevents it. Simulated ms. */
  later(ms: number, run: () => void): () => void;
  /** Whatever is still open when it ends. */
  onEnd(run: () => void): void;
}

/** What the dialplan does with a Local channel. */
export type Route = (half: DialplanHalf) => void;

/** `601@ring-groups/n` → its two halves. Asterisk makes them whether or not the dialplan has the extension. */
export function openLocal(core: PbxCore, resource: string, wanted: Omit<NewChannel, 'endpoint'>): Leg {
  const address = resource.replace(/\/n$/, '');
  const [exten = '', context = ''] = address.split('@');
  const endpoint = `Local/${address}`;
  const leg = core.open({ ...wanted, endpoint, half: ';1' });
  const channel = core.open({
    endpoint,
    half: ';2',
    linkedId: leg.linkedId,
    context,
    exten,
    callerId: wanted.callerId,
    ...(wanted.uniqueId && { uniqueId: `${wanted.uniqueId};2` }),
  });
  leg.cleanUps.push(() => core.close(channel, channel.state === channelState.up ? 16 : 0));
  return {
    channel: leg,
    ring: (options, listener) => {
      for (const [name, value] of leg.variables) channel.variables.set(name, value);
      return run(core, leg, channel, { context, exten }, options, listener);
    },
  };
}

function run(
  core: PbxCore,
  leg: Channel,
  channel: Channel,
  { context, exten }: { readonly context: string; readonly exten: string },
  caller: RingOptions,
  listener: LegListener,
): ReturnType<Leg['ring']> {
  let ended = false;
  const end = (): boolean => {
    const first = !ended;
    ended = true;
    return first;
  };
  const hangUp = (cause: number) => {
    if (!end()) return;
    core.close(channel, cause);
    if (leg.state === channelState.up) listener.hungUp();
    else listener.refused(cause);
  };
  channel.cleanUps.push(() => end());
  channel.hangUp = () => hangUp(channel.state === channelState.up ? 16 : 0);
  const half: DialplanHalf = {
    core,
    channel,
    leg,
    exten,
    caller,
    ringing: () => {
      if (ended || leg.state !== channelState.down) return;
      core.setState(leg, channelState.ringing);
      listener.ringing?.();
    },
    answer: () => {
      if (ended || leg.state === channelState.up) return;
      core.setState(channel, channelState.up);
      core.setState(leg, channelState.up);
      listener.answered();
    },
    hangUp,
    later: (ms, then) => {
      const stop = core.clock.after(ms, () => {
        if (!ended) then();
      });
      channel.cleanUps.push(stop);
      return stop;
    },
    onEnd: (then) => void channel.cleanUps.push(then),
  };
  // The dialplan runs in a thread of its own: never from within the call that starts it.
  half.later(0, () => {
    const route = core.routeOf(context, exten);
    if (route === undefined) hangUp(0);
    else route(half);
  });
  return { end: () => core.close(channel, channel.state === channelState.up ? 16 : 0), hangUp: () => hangUp(16) };
}
