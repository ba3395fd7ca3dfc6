import { describe, expect, it } from 'vitest';
import { amiActions, redisCommands } from './operations.ts';

const names = ({ operations, rest }: ReturnType<typeof redisCommands>) => [
  ...operations.map(({ name, bytes }) => `${name} ${bytes.length}`),
  rest.length,
];

describe('the bytes of a client are split into operations', () => {
  const get = '*2\r\n$3\r\nget\r\n$5\r\n*1\r\n$\r\n';
  const set = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n';

  it('commands of Redis, at every possible split', () => {
    const sent = Buffer.from(get + set);
    for (let at = 0; at <= sent.length; at++) {
      const first = redisCommands(sent.subarray(0, at));
      const second = redisCommands(Buffer.concat([first.rest, sent.subarray(at)]));
      expect([...first.operations, ...second.operations].map(({ name }) => name)).toEqual(['GET', 'SET']);
      expect(second.rest).toHaveLength(0);
    }
    expect(names(redisCommands(sent))).toEqual([`GET ${get.length}`, `SET ${set.length}`, 0]);
  });

  it('actions of AMI', () => {
    const ping = 'Action: Ping\r\nActionID: 1\r\n\r\n';
    expect(names(amiActions(Buffer.from(`${ping}Action: Orig`)))).toEqual([`Ping ${ping.length}`, 12]);
  });
});
