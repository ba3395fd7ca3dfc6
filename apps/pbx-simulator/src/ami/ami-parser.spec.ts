import { describe, expect, it } from 'vitest';
import { type AmiMessage, AmiParser } from './ami-parser.ts';

function parse(...chunks: string[]): AmiMessage[] {
  const messages: AmiMessage[] = [];
  const parser = new AmiParser((message) => messages.push(message));
  for (const chunk of chunks) parser.feed(chunk);
  return messages;
}

describe('AmiParser', () => {
  it('given a message in pieces, when fed, then it is one message', () => {
    const [message, ...more] = parse('Action: Pi', 'ng\r', '\nActionID: 1\r\n\r', '\n');

    expect(message?.header('Action')).toBe('Ping');
    expect(message?.header('ActionID')).toBe('1');
    expect(more).toEqual([]);
  });

  it('given a bare LF, when fed, then it ends the line as CRLF does', () => {
    const [message] = parse('Action: Originate\nVariable: A=1\nVariable: B=2\n\n');

    expect(message?.all('Variable')).toEqual(['A=1', 'B=2']);
  });

  it('given a CR alone, when fed, then it is part of the value', () => {
    expect(parse('Action: Ping\rX: 1\r\n\r\n')[0]?.header('Action')).toBe('Ping\rX: 1');
  });

  it('given a header twice, when one is read, then it is the first; of Action the first that is not empty', () => {
    const [message] = parse('Action: \r\nAction: Ping\r\nActionID: 1\r\nActionID: 2\r\n\r\n');

    expect(message?.header('ActionID')).toBe('1');
    expect(message?.header('Action')).toBe('Ping');
  });

  it('given names in another case and spaces before the value, when read, then they do not matter', () => {
    expect(parse('aCTION:   Ping\r\n\r\n')[0]?.header('Action')).toBe('Ping');
  });

  it.each([
    [1_022, undefined],
    [1_023, 'Failed to parse message: line too long'],
    [5_000, 'Failed to parse message: line too long'],
  ])('given a line of %i characters, when fed, then the fault is %s', (length, fault) => {
    expect(parse(`Action: Ping\r\n${'x'.repeat(length)}\r\n\r\n`)[0]?.fault).toBe(fault);
  });

  it.each([
    [128, undefined],
    [129, 'Too many lines in message or allocation failure'],
  ])('given a message of %i lines, when fed, then the fault is %s', (count, fault) => {
    expect(parse(`${'X: y\r\n'.repeat(count)}\r\n`)[0]?.fault).toBe(fault);
  });

  it('given a faulty message, when another follows, then that one is in order', () => {
    const messages = parse(`${'x'.repeat(2_000)}\r\n\r\n`, 'Action: Ping\r\n\r\n');

    expect(messages.map((message) => message.fault)).toEqual(['Failed to parse message: line too long', undefined]);
  });
});
