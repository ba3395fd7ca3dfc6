import { describe, expect, it } from 'vitest';
import { maskText, withoutSecrets } from './log-redaction.ts';

/** An error as ioredis rejects with it. */
function replyError(message: string, name: string, ...args: readonly string[]): Error {
  return Object.assign(new Error(message), { command: { name, args } });
}

const login = () => replyError('WRONGPASS invalid username-password pair', 'hello', '3', 'AUTH', 'app', 'hush-hush');
const write = () => replyError('OOM command not allowed', 'evalsha', 'f00d', '1', '{"callerName":"hush-hush"}');

describe('given an error of Redis’ reply, which holds its command', () => {
  it.each([
    { what: 'it', error: login(), command: 'hello' },
    { what: 'it, of a script whose arguments are records', error: write(), command: 'evalsha' },
  ])('when $what is logged, then it names the command, and not its arguments', ({ error, command }) => {
    expect(withoutSecrets({ error })).toEqual({
      error: { type: 'Error', message: error.message, stack: error.stack, command: { name: command } },
    });
  });

  it.each([
    { where: 'the cause of another', error: new Error('not queued', { cause: login() }) },
    { where: 'a cause that can be enumerated', error: Object.assign(new Error('not queued'), { cause: login() }) },
    { where: 'a field of another', error: Object.assign(new Error('not queued'), { last: login() }) },
    { where: 'one of several', error: new AggregateError([login(), write()], 'no server answers') },
    {
      where: 'one of several in one of several',
      error: new AggregateError([new AggregateError([login()], 'here'), write()], 'no server answers'),
    },
    {
      where: 'what came before an EXECABORT',
      error: Object.assign(replyError('EXECABORT discarded', 'exec'), { previousErrors: [write()] }),
    },
    { where: 'an item of a list', error: [login()] },
  ])('when it is $where, then its arguments are not there either', ({ error }) => {
    const logged = JSON.stringify(withoutSecrets({ error }));
    expect(logged).not.toContain('hush');
    // The rest of the message is still there.
    expect(logged).toMatch(/WRONGPASS|OOM/);
  });

  it('when Redis quotes the arguments in its message, then they are left out of message and stack', () => {
    const error = new Error("ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'app' 'hush-hush' ");
    const text = JSON.stringify(withoutSecrets({ error })) + maskText(error.message);
    expect(text).toContain("unknown command 'HELLO'");
    expect(text).toContain('log-redaction.spec.ts');
    expect(text).not.toContain('hush');
  });
});

describe('given errors within an error', () => {
  it('when they are logged, then phone numbers and secrets are left out of them too', () => {
    const inner = Object.assign(new Error('no route to 27821234567'), { password: 'hush-hush' });
    const logged = withoutSecrets({ error: new AggregateError([inner], 'no server answers') });
    expect(logged).toMatchObject({
      error: { aggregateErrors: [{ message: 'no route to ********567', password: '[left out]' }] },
    });
  });
});
