import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface PipeliningLimits {
  /**
   * Requests of one connection that are worked on at a time. Others wait for their turn, and the connection is not read meanwhile: that its
   * client has left is found out when it is answered.
   */
  readonly atOnce: number;
  /** Requests without an answer, but for the first of each connection, over all connections. Who sends one more is cut off. */
  readonly inAll: number;
  readonly onCut: () => void;
}

type Served = Parameters<RequestListener>;

/** The requests of one connection that have no answer yet. */
interface Line {
  readonly working: Set<ServerResponse>;
  /** First come, first served. */
  readonly waiting: Served[];
}

/**
 * Bounds what a client may have under way by sending its next requests before it has an answer (RFC 9112, 9.3.2). Node parses all that it has
 * read, up to 64 KiB at once, and hands every request on, so a limit of connections alone says nothing of requests.
 *
 * A client that waits for its answers, as nearly all do, is never touched: the first request of a connection counts for nothing here. So
 * there is no refusal in words either: it could not be said before the answers that come first, and would keep in memory what is too much.
 */
export function limitPipelining(serve: RequestListener, { atOnce, inAll, onCut }: PipeliningLimits): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  let pipelined = 0;

  function lineOf(socket: Socket): Line {
    const known = lines.get(socket);
    if (known !== undefined) return known;
    const line: Line = { working: new Set(), waiting: [] };
    lines.set(socket, line);
    // Whoever reads a body wakes the connection.
    socket.on('resume', () => {
      if (line.waiting.length > 0) socket.pause();
    });
    socket.once('close', () => {
      pipelined -= Math.max(0, unanswered(line) - 1);
      line.waiting.length = 0;
      const left = [...line.working];
      line.working.clear();
      for (const response of left) tellThatTheClientLeft(response);
    });
    return line;
  }

  function begin(line: Line, [request, response]: Served): void {
    line.working.add(response);
    response.once('close', () => {
      if (!line.working.delete(response)) return;
      if (unanswered(line) > 0) pipelined -= 1;
      const next = line.waiting.shift();
      if (next !== undefined) begin(line, next);
      if (line.waiting.length === 0) request.socket.resume();
    });
    serve(request, response);
  }

  return (request: IncomingMessage, response) => {
    const { socket } = request;
    // The rest of what had been read when it was cut off.
    if (socket.destroyed) return;
    const line = lineOf(socket);
    if (unanswered(line) > 0) {
      if (pipelined >= inAll) {
        onCut();
        socket.destroy();
        return;
      }
      pipelined += 1;
    }
    if (line.working.size < atOnce) return begin(line, [request, response]);
    line.waiting.push([request, response]);
    socket.pause();
  };
}

function unanswered({ working, waiting }: Line): number {
  return working.size + waiting.length;
}

/** Node tells it only to the one whose turn it was; the others would hold what they hold until they have something to say. */
function tellThatTheClientLeft(response: ServerResponse): void {
  if (response.socket !== null || response.writableFinished) return;
  response.destroy();
  response.emit('close');
}
