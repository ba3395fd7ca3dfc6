import { type Channel, channelState } from './channel.ts';
import type { Leg, LegListener, RingOptions } from './leg.ts';
import type { DialplanHalf, NewChannel, PbxCore } from './pbx-core.ts';

/** `601@ring-groups/n` → its two halves. Asterisk makes both, even where the dialplan has no such extension. */
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
  // The dialplan runs in its own thread, never inside the function that starts it.
  half.later(0, () => {
    const route = core.routeOf(context, exten);
    if (route === undefined) hangUp(0);
    else route(half);
  });
  return { end: () => core.close(channel, channel.state === channelState.up ? 16 : 0), hangUp: () => hangUp(16) };
}
