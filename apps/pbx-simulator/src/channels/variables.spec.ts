import { describe, expect, it } from 'vitest';
import { parseVariables } from './variables.ts';

describe('parseVariables', () => {
  it('given several headers, when parsed, then the last comes first, so that of one name the first stays', () => {
    expect(parseVariables(['A=1', 'A=2'])).toEqual([
      ['A', '2'],
      ['A', '1'],
    ]);
  });

  it('given a comma outside brackets, when parsed, then another variable begins', () => {
    expect(parseVariables(['A=1,B=2'])).toEqual([
      ['B', '2'],
      ['A', '1'],
    ]);
  });

  it.each([
    ['PJSIP_HEADER(add,X-Name)=value', 'PJSIP_HEADER(add,X-Name)', 'value'],
    ['A=[1,2]', 'A', '[1,2]'],
    ['A="1,2"', 'A', '1,2'],
    ['A=1\\,2', 'A', '1,2'],
    ['A=b=c', 'A', 'b=c'],
    ['A=', 'A', ''],
  ])('given %s, when parsed, then it is one variable', (text, name, value) => {
    expect(parseVariables([text])).toEqual([[name, value]]);
  });

  it('given no name or no value, when parsed, then there is no variable', () => {
    expect(parseVariables(['=x', 'x', ''])).toEqual([]);
  });
});
