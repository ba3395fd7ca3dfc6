import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly pbx: 'simulator' | 'asterisk';
  readonly httpPort: number;
  readonly redisPort: number;
  readonly amiPort: number;
  readonly sipPort: number;
  readonly dataFolder: string;
  /** Each process restarts when one of its files changes. */
  readonly watch: boolean;
}

type ParsedOptions =
  | { readonly type: 'run'; readonly options: StartOptions }
  | { readonly type: 'help' }
  | { readonly type: 'error'; readonly message: string };

export const help = `npm start [-- option …]     (npm run dev: the same, with --watch)

  --pbx simulator|asterisk   what the calls go through: a simulated PBX (default), or a real Asterisk with SIP phones
  --http-port <port>         API, docs and dashboard                  REDIAL_HTTP_PORT   8080
  --redis-port <port>        Redis                                    REDIAL_REDIS_PORT  6390
  --ami-port <port>          the PBX's manager interface              REDIAL_AMI_PORT    5038
  --sip-port <port>          Asterisk's SIP (with --pbx asterisk)     REDIAL_SIP_PORT    5062
  --data <folder>            calls, logs and keys are kept here       REDIAL_DATA        .redial
  --watch                    starts a process again when its source changes (npm run dev)
  --help

An option beats its environment variable. Everything listens on 127.0.0.1.`;

/** Command line and environment → options. A mistake is a sentence that names the option. */
export function parseOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedOptions {
  const values = readArguments(argv);
  if (typeof values === 'string') return { type: 'error', message: values };
  if (values['help'] === true) return { type: 'help' };

  const pbx = values['pbx'] ?? 'simulator';
  if (pbx !== 'simulator' && pbx !== 'asterisk') return error(`--pbx is simulator or asterisk, not "${String(pbx)}"`);
  const ports: Record<string, number> = {};
  for (const [option, variable, standard] of portOptions) {
    const [source, written] =
      values[option] === undefined && env[variable] !== undefined
        ? [variable, env[variable]]
        : [`--${option}`, values[option] ?? String(standard)];
    const port = /^\d{1,5}$/.test(String(written)) ? Number(written) : 0;
    if (port < 1 || port > 65_535) return error(`${source} is a port from 1 to 65535, not "${String(written)}"`);
    const twin = Object.keys(ports).find((other) => ports[other] === port);
    // SIP is UDP, so it may share its number with a TCP port.
    if (twin !== undefined && option !== 'sip-port')
      return error(`--${twin} and --${option} are both ${port}: each needs its own`);
    ports[option] = port;
  }
  const dataFolder = values['data'] ?? env['REDIAL_DATA'] ?? '.redial';
  if (dataFolder === '') return error('--data is a folder');
  return {
    type: 'run',
    options: {
      pbx,
      httpPort: ports['http-port'] as number,
      redisPort: ports['redis-port'] as number,
      amiPort: ports['ami-port'] as number,
      sipPort: ports['sip-port'] as number,
      dataFolder: String(dataFolder),
      watch: values['watch'] === true,
    },
  };
}

const portOptions = [
  ['http-port', 'REDIAL_HTTP_PORT', 8080],
  ['redis-port', 'REDIAL_REDIS_PORT', 6390],
  ['ami-port', 'REDIAL_AMI_PORT', 5038],
  ['sip-port', 'REDIAL_SIP_PORT', 5062],
] as const;

function readArguments(argv: readonly string[]): Record<string, string | boolean | undefined> | string {
  try {
    const text = { type: 'string' } as const;
    const options = {
      pbx: text,
      'http-port': text,
      'redis-port': text,
      'ami-port': text,
      'sip-port': text,
      data: text,
      watch: { type: 'boolean' } as const,
      help: { type: 'boolean' } as const,
    };
    return parseArgs({ args: [...argv], options }).values;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

function error(message: string): ParsedOptions {
  return { type: 'error', message };
}
