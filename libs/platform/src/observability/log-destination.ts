import { fstatSync, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

export interface LogWatch {
  /** A line could not be written, and is gone. */
  readonly onLost: () => void;
  /** A line was written again, after so many that were not. */
  readonly onBack: (lost: number) => void;
}

/** What may wait for a reader that is slower than we are; a line beyond it is lost. */
const waitingBytesMax = 1024 * 1024;

/**
 * Standard output as a log that never stops the process: on a full disk, or a pipe without a reader, lines are lost and
 * counted, and nothing throws or waits. A log line is worth less than a call.
 *
 * L1  To a file each line is written at once, so that all lines before the end of the process are there, in order.
 * L2  To a pipe or a socket it is written at once as well, as far as it takes it. What it does not take waits in memory, up to 1 MiB; at the
 *     end of the process that is lost.
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
  /** Half of the line before was written: the next one begins on a line of its own. */
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
