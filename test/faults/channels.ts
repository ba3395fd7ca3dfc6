import type { RawAmi } from '../conformance/pbx/raw-ami.ts';

/** The states of an attempt's channels by its id, dial1's first. */
export type Channels = ReadonlyMap<string, readonly string[]>;

/** dial1's channel has the attempt's id, and dial2's is linked to it. */
export async function channelsByAttempt(ami: RawAmi): Promise<Channels> {
  const actionId = ami.newActionId();
  await ami.act(['Action', 'CoreShowChannels'], ['ActionID', actionId]);
  await ami.packet((one) => one.event === 'CoreShowChannelsComplete' && one.get('ActionID') === actionId);
  const found = new Map<string, readonly string[]>();
  for (const row of ami.packets) {
    if (row.event !== 'CoreShowChannel' || row.get('ActionID') !== actionId) continue;
    const [attempt = '', state = ''] = [row.get('Linkedid'), row.get('ChannelStateDesc')];
    const others = found.get(attempt) ?? [];
    found.set(attempt, row.get('Uniqueid') === attempt ? [state, ...others] : [...others, state]);
  }
  return found;
}
