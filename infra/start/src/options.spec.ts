import { describe, expect, it } from 'vitest';
import { help, parseOptions } from './options.ts';

const standard = {
  pbx: 'simulator',
  httpPort: 8080,
  redisPort: 6390,
  amiPort: 5038,
  sipPort: 5062,
  dataFolder: '.redial',
  watch: false,
};

describe('given no option', () => {
  it('then everything has its default, and the help names each', () => {
    expect(parseOptions([], {})).toEqual({ type: 'run', options: standard });
    for (const value of ['8080', '6390', '5038', '5062', '.redial']) expect(help).toContain(value);
  });
});

describe('given options and environment', () => {
  it.each([
    ['an option', ['--http-port', '9000'], {}, { httpPort: 9000 }],
    ['an option with =', ['--redis-port=7000'], {}, { redisPort: 7000 }],
    [
      'a variable',
      [],
      { REDIAL_AMI_PORT: '5039', REDIAL_DATA: '/srv/redial' },
      { amiPort: 5039, dataFolder: '/srv/redial' },
    ],
    ['both', ['--http-port', '9000'], { REDIAL_HTTP_PORT: '9001' }, { httpPort: 9000 }],
    ['the other PBX', ['--pbx', 'asterisk', '--data', 'elsewhere'], {}, { pbx: 'asterisk', dataFolder: 'elsewhere' }],
    ['a start again on change', ['--watch'], {}, { watch: true }],
    ['SIP, which is UDP, on the port of another', ['--sip-port', '5038'], {}, { sipPort: 5038 }],
  ])('when it is %s, then it counts, an option before its variable', (_, argv, env, expected) => {
    expect(parseOptions(argv, env)).toEqual({ type: 'run', options: { ...standard, ...expected } });
  });

  it('when --help is among them, then nothing else counts', () => {
    expect(parseOptions(['--help', '--http-port', 'x'], {})).toEqual({ type: 'help' });
  });
});

describe('given a mistake', () => {
  it.each([
    ['another PBX', ['--pbx', 'freeswitch'], {}, '--pbx is simulator or asterisk, not "freeswitch"'],
    ['a word for a port', ['--http-port', 'http'], {}, '--http-port is a port from 1 to 65535, not "http"'],
    ['port 0', ['--redis-port', '0'], {}, '--redis-port is a port from 1 to 65535, not "0"'],
    ['port 65536', ['--ami-port', '65536'], {}, '--ami-port is a port from 1 to 65535, not "65536"'],
    ['a port in another notation', ['--http-port', '1e3'], {}, '--http-port is a port from 1 to 65535, not "1e3"'],
    ['a variable', [], { REDIAL_HTTP_PORT: '' }, 'REDIAL_HTTP_PORT is a port from 1 to 65535, not ""'],
    [
      'one port for two',
      ['--redis-port', '8080'],
      {},
      '--http-port and --redis-port are both 8080: each needs its own',
    ],
    ['no folder', ['--data='], {}, '--data is a folder'],
  ])('when it is %s, then a sentence names the option', (_, argv, env, message) => {
    expect(parseOptions(argv, env)).toEqual({ type: 'error', message });
  });

  it.each([
    ['an unknown option', ['--colour'], '--colour'],
    ['an option without its value', ['--http-port'], '--http-port'],
    ['a word', ['asterisk'], 'asterisk'],
  ])('when it is %s, then the sentence quotes it', (_, argv, quoted) => {
    expect(parseOptions(argv, {})).toEqual({ type: 'error', message: expect.stringContaining(quoted) });
  });
});
