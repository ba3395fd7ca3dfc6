import { describe, expect, it } from 'vitest';
import { type AskServer, primaryBySentinel, primaryInCluster } from './redis-primary.ts';
import { addressOf, type RedisServer } from './redis-url.ts';

const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 1 })) as [RedisServer, RedisServer, RedisServer];

/** Servers by address; a command by its words. One that is not here refuses the connection. */
function servers(replies: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  const asked: string[] = [];
  const ask: AskServer = async (server, commands) => {
    const known = replies[addressOf(server)];
    asked.push(addressOf(server));
    if (known === undefined) throw new Error(`${addressOf(server)} is away`);
    return commands.map((words) => known[words.join(' ')]);
  };
  return { ask, asked };
}

const up = { 'CLUSTER INFO': 'cluster_state:ok\r\n' };
const knows = (...slots: unknown[]) => ({ 'CLUSTER KEYSLOT {redial}': 100, 'CLUSTER SLOTS': slots, ...up });
const half = [0, 8191, ['b', 1, 'id', []], ['c', 1, 'id', []]];
const otherHalf = [8192, 16383, ['a', 1, 'id', []]];

describe('the node of a Cluster that holds a key', () => {
  it('is the primary of its slot, asked for itself', async () => {
    const { ask, asked } = servers({ 'a:1': knows(otherHalf, half), 'b:1': up });
    expect(await primaryInCluster([a], '{redial}', ask)()).toEqual(b);
    expect(asked).toEqual(['a:1', 'b:1']);
  });

  it.each([[null], [''], ['?']])('named %j is where it was asked', async (host) => {
    const { ask } = servers({ 'a:1': knows([0, 16383, [host, 1, 'id']]) });
    expect(await primaryInCluster([a], '{redial}', ask)()).toEqual(a);
  });

  it('is found by any server that answers', async () => {
    const { ask } = servers({ 'c:1': knows(half), 'b:1': up });
    expect(await primaryInCluster([a, c], '{redial}', ask)()).toEqual(b);
  });

  it('is asked of another server the next time: one that is mistaken is not believed for ever', async () => {
    const { ask } = servers({ 'a:1': knows([0, 16383, ['c', 1]]), 'b:1': knows(half), 'c:1': up });
    const find = primaryInCluster([a, b], '{redial}', ask);
    expect([await find(), await find(), await find()]).toEqual([c, b, c]);
  });

  it.each([
    ['nobody answers', {}, 'a:1 is away'],
    ['no node serves the slot', { 'a:1': knows(otherHalf) }, 'no node of the Cluster serves slot 100'],
    ['its node is away', { 'a:1': knows(half) }, 'b:1 is away'],
    [
      'its node says that the Cluster is down',
      { 'a:1': knows(half), 'b:1': { 'CLUSTER INFO': 'cluster_state:fail' } },
      'b:1 says that the Cluster is down',
    ],
  ])('is not found while %s', async (_, replies, message) => {
    await expect(primaryInCluster([a], '{redial}', servers(replies).ask)()).rejects.toThrow(message);
  });
});

describe('the primary that Sentinels watch', () => {
  const watch = (host: string | null) => ({
    'SENTINEL get-master-addr-by-name mymaster': host === null ? null : [host, '1'],
  });
  const find = (world: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => {
    const { ask } = servers(world);
    return primaryBySentinel([a, b], 'mymaster', { sentinel: ask, server: ask })();
  };

  it('is the one that a Sentinel names and that agrees', async () => {
    expect(await find({ 'a:1': watch('c'), 'c:1': { ROLE: ['master', 0, []] } })).toEqual(c);
  });

  it('is asked of the next Sentinel where one is away', async () => {
    expect(await find({ 'b:1': watch('c'), 'c:1': { ROLE: ['master', 0, []] } })).toEqual(c);
  });

  it.each([
    [
      'the server named is a replica still',
      { 'b:1': watch('c'), 'c:1': { ROLE: ['slave'] } },
      'c:1 is not the primary yet',
    ],
    ['the Sentinels watch no such name', { 'b:1': watch(null) }, 'the Sentinel b:1 knows no mymaster'],
  ])('is not found while %s', async (_, world, message) => {
    await expect(find(world)).rejects.toThrow(message);
  });
});
