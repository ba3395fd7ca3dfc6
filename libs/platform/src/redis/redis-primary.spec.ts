import { describe, expect, it } from 'vitest';
import { type KnownServers, knownServers } from './known-servers.ts';
import { primaryBySentinel, primaryInCluster, type QueryServer } from './redis-primary.ts';
import { type RedisServer, serverAddress } from './redis-url.ts';

const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 1 })) as [RedisServer, RedisServer, RedisServer];

/** Servers by address, with their replies by command. A server that is not here refuses the connection. */
type World = Record<string, Readonly<Record<string, unknown>>>;

function servers(replies: Readonly<World>) {
  const asked: string[] = [];
  const ask: QueryServer = async (server, commands) => {
    const known = replies[serverAddress(server)];
    asked.push(serverAddress(server));
    if (known === undefined) throw new Error(`${serverAddress(server)} is away`);
    return commands.map((words) => known[words.join(' ')]);
  };
  return { ask, asked };
}

const up = { 'CLUSTER INFO': 'cluster_state:ok\r\n' };
const knows = (...slots: unknown[]) => ({ 'CLUSTER KEYSLOT {redial}': 100, 'CLUSTER SLOTS': slots, ...up });
const half = [0, 8191, ['b', 1, 'id', []], ['c', 1, 'id', []]];
const otherHalf = [8192, 16383, ['a', 1, 'id', []]];

describe('the node of a Cluster that holds a key', () => {
  it('is the primary of its slot, which is queried itself', async () => {
    const { ask, asked } = servers({ 'a:1': knows(otherHalf, half), 'b:1': up });
    expect(await primaryInCluster(knownServers([a]), '{redial}', ask)()).toEqual(b);
    expect(asked).toEqual(['a:1', 'b:1']);
  });

  it.each([[null], [''], ['?']])('named %j has the address of the queried server', async (host) => {
    const { ask } = servers({ 'a:1': knows([0, 16383, [host, 1, 'id']]) });
    expect(await primaryInCluster(knownServers([a]), '{redial}', ask)()).toEqual(a);
  });

  it('is found by any server that answers', async () => {
    const { ask } = servers({ 'c:1': knows(half), 'b:1': up });
    expect(await primaryInCluster(knownServers([a, c]), '{redial}', ask)()).toEqual(b);
  });

  it('is queried from another server the next time: a server with a wrong answer is not believed for ever', async () => {
    const { ask } = servers({ 'a:1': knows([0, 16383, ['c', 1]]), 'b:1': knows(half), 'c:1': up });
    const find = primaryInCluster(knownServers([a, b]), '{redial}', ask);
    expect([await find(), await find(), await find()]).toEqual([c, b, c]);
  });

  it.each([
    ['no server answers', {}, 'a:1 is away'],
    ['no node serves the slot', { 'a:1': knows(otherHalf) }, 'no node of the Cluster serves slot 100'],
    ['its node is away', { 'a:1': knows(half) }, 'b:1 is away'],
    [
      'its node reports that the Cluster is down',
      { 'a:1': knows(half), 'b:1': { 'CLUSTER INFO': 'cluster_state:fail' } },
      'b:1 says that the Cluster is down',
    ],
  ])('is not found while %s', async (_, replies, message) => {
    await expect(primaryInCluster(knownServers([a]), '{redial}', servers(replies).ask)()).rejects.toThrow(message);
  });
});

describe('servers that a server of the URL has announced', () => {
  const whole = knows(half, otherHalf);
  const isMaster = { ROLE: ['master', 0, []] };
  const sentinelNaming = (host: string, ...others: string[]) => ({
    'SENTINEL get-master-addr-by-name mymaster': [host, '1'],
    'SENTINEL SENTINELS mymaster': others.map((ip) => ['name', ip, 'ip', ip, 'port', '1', 'runid', 'x']),
  });
  const bySentinel = (known: KnownServers, ask: QueryServer) =>
    primaryBySentinel(known, 'mymaster', { sentinel: ask, server: ask });

  it('are queried when it is away: primaries and replicas of a Cluster', async () => {
    const world: World = { 'a:1': whole, 'b:1': whole };
    const { ask, asked } = servers(world);
    const find = primaryInCluster(knownServers([a]), '{redial}', ask);
    await find();
    delete world['a:1'];
    delete world['b:1'];
    asked.length = 0;
    await expect(find()).rejects.toThrow('is away');
    expect(asked.toSorted()).toEqual(['a:1', 'b:1', 'c:1']);
    world['c:1'] = knows([0, 16383, ['c', 1]]);
    expect(await find()).toEqual(c);
  });

  it('are queried when it is away: Sentinels', async () => {
    const world: World = { 'a:1': sentinelNaming('c', 'b', ''), 'c:1': isMaster };
    const { ask } = servers(world);
    const find = bySentinel(knownServers([a]), ask);
    expect(await find()).toEqual(c);
    delete world['a:1'];
    world['b:1'] = sentinelNaming('d');
    world['d:1'] = isMaster;
    expect(await find()).toEqual({ host: 'd', port: 1 });
  });

  it('are not required: a Sentinel may refuse to list them', async () => {
    const { ask } = servers({ 'a:1': sentinelNaming('c'), 'c:1': isMaster });
    const discreet: QueryServer = (server, commands) =>
      commands[0]?.[1] === 'SENTINELS' ? Promise.reject(new Error('NOPERM')) : ask(server, commands);
    expect(await bySentinel(knownServers([a]), discreet)()).toEqual(c);
  });

  it('come after those of the URL, the newest first, and the oldest of too many are forgotten', () => {
    const known = knownServers([a, b]);
    const reported = (from: number) => Array.from({ length: 20 }, (_, n) => ({ host: `n${from + n}`, port: 1 }));
    known.learn([b, ...reported(0)]);
    known.learn(reported(20));
    const order = known.inOrder();
    expect(order.slice(0, 3)).toEqual([a, b, { host: 'n20', port: 1 }]);
    expect(order).toHaveLength(32);
    expect(order.at(-1)).toEqual({ host: 'n9', port: 1 });
  });
});

describe('the primary that Sentinels watch', () => {
  const watch = (host: string | null) => ({
    'SENTINEL get-master-addr-by-name mymaster': host === null ? null : [host, '1'],
  });
  const find = (world: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => {
    const { ask } = servers(world);
    return primaryBySentinel(knownServers([a, b]), 'mymaster', { sentinel: ask, server: ask })();
  };

  it('is the server that a Sentinel names and that confirms it', async () => {
    expect(await find({ 'a:1': watch('c'), 'c:1': { ROLE: ['master', 0, []] } })).toEqual(c);
  });

  it('is queried from the next Sentinel when one is away', async () => {
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
