import { type DestinationStream, type Logger, pino } from 'pino';
import { type Clock, systemClock } from '../async/clock.ts';
import { standardOutput } from './log-destination.ts';
import { maskText, withoutSecrets } from './log-redaction.ts';
import { createRepeatLimit, messageKind, type RepeatLimit } from './repeat-limit.ts';

export type { Logger };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

interface LoggerOptions {
  /** `api`, `dialer`, `results`, …: a field of every line. */
  readonly process: string;
  readonly level: LogLevel;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
  readonly clock?: Clock;
  /** A line could not be written and is lost. Only of standard output. */
  readonly onLost?: () => void;
}

/** From `warn` up, repetitions of one message are limited: an outage must not fill the disk. */
const limitedFrom = 40;
const linesPerSpan = 20;
const spanMs = 10_000;

/**
 * JSON lines with `time` as RFC 3339. Secrets are omitted by the name of their field, and phone numbers are masked
 * everywhere (log-redaction.ts). Of one message at `warn` or above, 20 lines are written per 10 s. The next line after
 * that states in `repeatsLeftOut` how many were omitted. Messages that differ only in numbers and ids count as one
 * message. Put all other differences into fields.
 */
export function createLogger({
  process,
  level,
  destination,
  clock = systemClock,
  onLost = () => undefined,
}: LoggerOptions): Logger {
  const limit = createRepeatLimit({ lines: linesPerSpan, perMs: spanMs });
  const logger: Logger = pino(
    {
      level,
      errorKey: 'error',
      base: { process },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), bindings: withoutSecrets, log: withoutSecrets },
      serializers: {
        msg: (text: unknown) => (typeof text === 'string' ? maskText(text) : text),
        // `log` has serialised errors already. pino's own serialiser would do it again and lose their type.
        error: (error: unknown) => error,
        ...httpSerializers,
      },
      hooks: {
        logMethod(args, method, lineLevel) {
          const admitted = lineLevel < limitedFrom ? args : admit(args, lineLevel, limit, clock.now());
          if (admitted !== undefined) method.apply(this, admitted as typeof args);
        },
      },
    },
    destination ??
      standardOutput({
        onLost,
        onBack: (lost) => logger.warn({ lost }, 'the log could not be written for a while, and lines are missing'),
      }),
  );
  return withCleanChildren(logger);
}

/** pino does not send a child's fields through `formatters`; grandchildren inherit this `child`. */
function withCleanChildren(logger: Logger): Logger {
  const { child } = logger;
  const cleanChild: typeof child = function (this: unknown, fields, options) {
    return Reflect.apply(child, this, [withoutSecrets(fields), options]);
  };
  logger.child = cleanChild;
  return logger;
}

interface HttpRequestFields {
  readonly id?: unknown;
  readonly method?: string;
  readonly url?: string;
  readonly remoteAddress?: string;
}

/**
 * The fields of HTTP in a log: no headers, no body, and no query, because vendors' dialects send numbers and passwords
 * in it.
 */
export const httpSerializers = {
  req: ({ id, method, url, remoteAddress }: HttpRequestFields) => ({
    id,
    method,
    path: url === undefined ? undefined : maskText(url.split('?', 1)[0] ?? ''),
    remoteAddress,
  }),
  res: ({ statusCode }: { readonly statusCode?: number | null }) => ({ statusCode }),
};

/** The arguments to log, or undefined if the limit is reached. */
function admit(args: readonly unknown[], level: number, limit: RepeatLimit, now: number): unknown[] | undefined {
  const [first, ...rest] = args;
  const text = typeof first === 'string' ? first : (rest[0] ?? (first instanceof Error ? first.message : ''));
  const { admitted, leftOut } = limit.admit(`${level} ${messageKind(String(text))}`, now);
  if (!admitted) return undefined;
  if (leftOut === 0) return [...args];
  if (typeof first === 'string') return [{ repeatsLeftOut: leftOut }, ...args];
  if (first instanceof Error) return [{ error: first, repeatsLeftOut: leftOut }, text, ...rest.slice(1)];
  return [{ ...(first as object), repeatsLeftOut: leftOut }, ...rest];
}
