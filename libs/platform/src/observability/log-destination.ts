import { fstatSync, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

interface LogWatch {
  /** A line could not be written and is lost. */
  readonly onLost: () => void;
  /** A line was written again, after `lost` lines that were not. */
  readonly onBack: (lost: number) => void;
}

/** How many bytes may wait for a slow reader. Lines beyond that are lost. */
const waitingBytesMax = 1024 * 1024;

/**
 * Standard output as a log that never stops the process. On a full disk, or a pipe without a reader, lines are lost and
 * counted, and nothing throws or waits. A call is worth more than a log line.
 *
 * L1  Each line to a file is written at once, so that all lines before the end of the process are there, in order.
 * L2  Each line to a pipe or a socket is written at once as well, as far as it accepts it. The rest waits in memory, up
 *     to 1 MiB, and is lost at the end of the process.
 */
export function standardOutput(watch: LogWatch): DestinationStream {
  return isPipe(1) ? toPipe(process.stdout, watch) : toFile(1, watch);
}

function isPipe(fd: number): boolean {
  const found = fstatSync(fd, { throwIfNoEntry: false });
  return found !== undefined && (found.isFIFO() || found.isSocket());
}

function toFile(fd: number, watch: LogWatch): DestinationStream {
  const count = counting(watch);
  /** Only half of the previous line was written. The next line starts with a line break. */
  let isBroken = false;
  return {
    write(line) {
      const bytes = Buffer.from(isBroken ? `\n${line}` : line);
      let at = 0;
      try {
        while (at < bytes.length) at += writeSync(fd, bytes, at);
        isBroken = false;
      } catch {
        if (at > 0) isBroken = true;
        return count.lost();
      }
      count.written();
    },
  };
}

function toPipe(stream: NodeJS.WriteStream, watch: LogWatch): DestinationStream {
  const count = counting(watch);
  // The callback of each write reports its error. Without a listener the error would end the process.
  stream.on('error', () => undefined);
  return {
    write(line) {
      if (stream.writableLength + line.length > waitingBytesMax) return count.lost();
      stream.write(line, (error) => (error ? count.lost() : count.written()));
    },
  };
}

function counting({ onLost, onBack }: LogWatch) {
  let lost = 0;
  return {
    lost() {
      lost += 1;
      onLost();
    },
    written() {
      if (lost === 0) return;
      const before = lost;
      lost = 0;
      onBack(before);
    },
  };
}
