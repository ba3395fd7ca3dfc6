import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createIds } from '../ids.ts';
import { createLogger, httpSerializers } from './logger.ts';

function setup(now = 0) {
  const lines: Record<string, unknown>[] = [];
  const clock = { at: now, now: () => clock.at };
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, clock, logger: createLogger({ process: 'dialer', level: 'info', destination, clock }) };
}

describe('a log line', () => {
  it('holds the time, the process and the severity as a word', () => {
    const { lines, logger } = setup(Date.UTC(2026, 0, 2));
    logger.info({ limit: 'carrier' }, 'limit is full');
    expect(lines).toEqual([
      { level: 'info', time: '2026-01-02T00:00:00.000Z', process: 'dialer', limit: 'carrier', msg: 'limit is full' },
    ]);
  });

  it('holds the complete ids of its call and attempt', () => {
    const { lines, logger } = setup();
    const ids = createIds();
    const callId = ids.callId();
    const attemptId = ids.attemptId(callId);
    logger.child({ callId, attemptId }).info('dialling');
    expect(lines[0]).toMatchObject({ callId, attemptId });
  });

  it('omits secrets by the name of their field, at every depth', () => {
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
    expect(lines[1]).toMatchObject({ error: { type: 'Error', message: 'no route to ********567' } });
  });

  it('leaves digits unchanged that are no phone number', () => {
    const { lines, logger } = setup();
    const text = 'att_01HZZZ1234567890ABCDEFGHJK took 12.3456789 s on 10.10.10.100:5038, boot 123456';
    logger.info({ at: 1_767_312_000_000 }, text);
    expect(lines[0]).toMatchObject({ at: 1_767_312_000_000, msg: text });
  });

  it('holds neither headers nor query of HTTP requests', () => {
    expect(
      httpSerializers.req({ id: 'r1', method: 'GET', url: '/call.php?callee=0821234567&pass=x', remoteAddress: '::1' }),
    ).toEqual({ id: 'r1', method: 'GET', path: '/call.php', remoteAddress: '::1' });
    const { lines, logger } = setup();
    logger.info({ req: { method: 'GET', url: '/x?pass=y', headers: { authorization: 'Basic abc' } } }, 'served');
    expect(lines[0]?.req).toEqual({ method: 'GET', path: '/x' });
  });
});

describe('an outage', () => {
  it('writes one message at most 20 times in 10 s, and later states how many were omitted', () => {
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
    expect(lines[21]).toMatchObject({ repeatsLeftOut: 10, msg: 'ECONNREFUSED', error: { message: 'ECONNREFUSED' } });
  });

  it.each([
    ['the milliseconds', (n: number) => `not sent: ${5_000 + n} ms after its claim`],
    ['the port', (n: number) => `connect ECONNREFUSED 127.0.0.1:${40_000 + n}`],
    ['the id', () => `no record of ${createIds().attemptId(createIds().callId())}, 2 observers`],
  ])('takes messages that differ in %s alone for one', (_what, message) => {
    const { lines, clock, logger } = setup();
    for (let n = 0; n < 100; n++) logger.warn(message(n));
    expect(lines).toHaveLength(20);
    clock.at = 10_000;
    logger.warn(message(100));
    expect(lines[20]).toMatchObject({ repeatsLeftOut: 80 });
  });

  it('treats dial1 and dial2 as different', () => {
    const { lines, logger } = setup();
    for (let n = 0; n < 20; n++) logger.warn('dial1 is busy');
    logger.warn('dial2 is busy');
    expect(lines).toHaveLength(21);
  });

  it('does not limit levels below a warning', () => {
    const { lines, logger } = setup();
    for (let i = 0; i < 50; i++) logger.info('accepted');
    expect(lines).toHaveLength(50);
  });
});

describe('a process whose log cannot be written', () => {
  const children: ChildProcess[] = [];
  const folders: string[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  /**
   * `output`: a file descriptor, or a pipe that this test reads or not. `execPath`: the program that starts the
   * process.
   */
  async function givenAProcess(output: number | 'pipe', execPath = process.execPath) {
    const child = fork(fileURLToPath(new URL('../../testing/logging-process.ts', import.meta.url)), [], {
      execPath,
      execArgv: ['--conditions=source'],
      stdio: ['ignore', output, 'inherit', 'ipc'],
    });
    children.push(child);
    const ended = new Promise<never>((_resolve, reject) => {
      child.once('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal}`)));
    });
    ended.catch(() => undefined);
    const next = async () => (await Promise.race([once(child, 'message'), ended]))[0] as { lost: number };
    await next();
    const log = async (lines: number, text = 'x') => {
      child.send({ lines, text });
      return (await next()).lost;
    };
    return { child, log };
  }

  it('counts the lines that a full disk does not take, and continues', async () => {
    const full = openSync('/dev/full', 'w');
    const { log } = await givenAProcess(full);
    closeSync(full);
    expect(await log(5)).toBe(5);
    expect(await log(2)).toBe(7);
  });

  it('states the number of lost lines on a line of its own once there is space again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redial-log-'));
    folders.push(folder);
    const file = join(folder, 'log');
    const output = openSync(file, 'a');
    // Files of at most 8 KiB act as a full disk.
    const limited = fileURLToPath(new URL('../../testing/limited-files.sh', import.meta.url));
    const { log } = await givenAProcess(output, limited);
    closeSync(output);
    const lost = await log(200, 'a line that is some hundred bytes long, with its time and all the rest of it');
    expect(lost).toBeGreaterThan(100);
    expect(statSync(file).size).toBe(8_192);

    truncateSync(file);
    expect(await log(1, 'after')).toBe(lost);
    const [rest, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(rest).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'after' },
      { level: 'warn', lost, msg: expect.stringContaining('lines are missing') },
    ]);
  });

  it('counts the lines that a pipe without a reader does not take, and states it once there is a reader', async () => {
    const { child, log } = await givenAProcess('pipe');
    const text = 'y'.repeat(1_000);
    const lost = await log(5_000, text);
    expect(lost).toBeGreaterThan(2_000);
    let read = '';
    child.stdout?.on('data', (chunk) => {
      read += chunk;
    });
    await expect.poll(() => read).toContain(`"lost":${lost},`);
    const lines = read.trimEnd().split('\n');
    expect(lines.length).toBe(5_000 - lost + 1);
    for (const line of lines) JSON.parse(line);
  });

  it('continues after the reader of its pipe has ended', async () => {
    const { child, log } = await givenAProcess('pipe');
    await log(1);
    child.stdout?.destroy();
    await expect.poll(() => log(1)).toBeGreaterThan(3);
  });
});
