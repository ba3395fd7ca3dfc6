import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';
import { createLogger, httpSerializers, loggerFor } from './logger.ts';

function setup(now = 0) {
  const lines: Record<string, unknown>[] = [];
  const clock = { at: now, now: () => clock.at };
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, clock, logger: createLogger({ process: 'dialer', level: 'info', destination, clock }) };
}

describe('a log line', () => {
  it('says when, which process and how bad in words', () => {
    const { lines, logger } = setup(Date.UTC(2026, 0, 2));
    logger.info({ lane: 'carrier' }, 'lane is full');
    expect(lines).toEqual([
      { level: 'info', time: '2026-01-02T00:00:00.000Z', process: 'dialer', lane: 'carrier', msg: 'lane is full' },
    ]);
  });

  it('carries the ids of its call and attempt, whole', () => {
    const { lines, logger } = setup();
    const ids = createIds();
    const [callId, attemptId] = [ids.callId(), ids.attemptId()];
    loggerFor(logger, { callId, attemptId }).info('dialling');
    expect(lines[0]).toMatchObject({ callId, attemptId });
  });

  it('leaves secrets out by the name of their field, at every depth', () => {
    const { lines, logger } = setup();
    logger
      .child({ ami: { secret: 'hush' } })
      .info(
        { api_key: 'hush', nested: [{ Authorization: 'hush', 'set-cookie': ['hush'] }], adminPassword: 'hush' },
        'x',
      );
    expect(JSON.stringify(lines)).not.toContain('hush');
  });

  it('masks phone numbers in fields, messages and errors', () => {
    const { lines, logger } = setup();
    const error = new Error('no route to 27821234567');
    logger.warn({ to: '+27821234567', plan: { numbers: ['0027821234567'] } }, 'PJSIP/27821234567@carrier refused');
    logger.error(error);
    logger.error({ cause: error }, 'failed for %s', '27821234567');
    expect(JSON.stringify(lines)).not.toContain('1234567');
    expect(lines[0]).toMatchObject({ to: '*********567', msg: 'PJSIP/********567@carrier refused' });
    expect(lines[1]).toMatchObject({ err: { type: 'Error', message: 'no route to ********567' } });
  });

  it('leaves digits alone that are no phone number', () => {
    const { lines, logger } = setup();
    const text = 'att_01HZZZ1234567890ABCDEFGHJK took 12.3456789 s on 10.10.10.100:5038, boot 123456';
    logger.info({ at: 1_767_312_000_000 }, text);
    expect(lines[0]).toMatchObject({ at: 1_767_312_000_000, msg: text });
  });

  it('holds of HTTP neither headers nor query', () => {
    expect(
      httpSerializers.req({ id: 'r1', method: 'GET', url: '/call.php?callee=0821234567&pass=x', remoteAddress: '::1' }),
    ).toEqual({ id: 'r1', method: 'GET', path: '/call.php', remoteAddress: '::1' });
    const { lines, logger } = setup();
    logger.info({ req: { method: 'GET', url: '/x?pass=y', headers: { authorization: 'Basic abc' } } }, 'served');
    expect(lines[0]?.req).toEqual({ method: 'GET', path: '/x' });
  });
});

describe('an outage', () => {
  it('writes one message at most 20 times in 10 s, and later says how many were left out', () => {
    const { lines, clock, logger } = setup();
    for (let i = 0; i < 1_000; i++) logger.error({ i }, 'Redis is down');
    expect(lines).toHaveLength(20);
    clock.at = 10_000;
    logger.error({ i: 1_000 }, 'Redis is down');
    expect(lines[20]).toMatchObject({ i: 1_000, repeatsLeftOut: 980, msg: 'Redis is down' });
  });

  it('limits errors that are logged without a message, each by its own', () => {
    const { lines, clock, logger } = setup();
    for (let i = 0; i < 30; i++) logger.error(new Error('ECONNREFUSED'));
    logger.error(new Error('ETIMEDOUT'));
    expect(lines).toHaveLength(21);
    clock.at = 10_000;
    logger.error(new Error('ECONNREFUSED'));
    expect(lines[21]).toMatchObject({ repeatsLeftOut: 10, msg: 'ECONNREFUSED', err: { message: 'ECONNREFUSED' } });
  });

  it.each([
    ['the milliseconds', (n: number) => `not sent: ${5_000 + n} ms after its fence`],
    ['the port', (n: number) => `connect ECONNREFUSED 127.0.0.1:${40_000 + n}`],
    ['the id', () => `no record of ${createIds().attemptId()}, 2 witnesses`],
  ])('takes messages that differ in %s alone for one', (_what, message) => {
    const { lines, clock, logger } = setup();
    for (let n = 0; n < 100; n++) logger.warn(message(n));
    expect(lines).toHaveLength(20);
    clock.at = 10_000;
    logger.warn(message(100));
    expect(lines[20]).toMatchObject({ repeatsLeftOut: 80 });
  });

  it('tells dial1 from dial2', () => {
    const { lines, logger } = setup();
    for (let n = 0; n < 20; n++) logger.warn('dial1 is busy');
    logger.warn('dial2 is busy');
    expect(lines).toHaveLength(21);
  });

  it('does not limit what is not a warning', () => {
    const { lines, logger } = setup();
    for (let i = 0; i < 50; i++) logger.info('accepted');
    expect(lines).toHaveLength(50);
  });
});
