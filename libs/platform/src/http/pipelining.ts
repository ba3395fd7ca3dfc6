import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface PipeliningLimits {
  /**
   * Requests of one connection that are served at a time. Others wait, and the connection is not read meanwhile. A
   * client that has disconnected is noticed when the reply is sent.
   */
  readonly atOnce: number;
  /** Requests without a reply, over all connections, not counting the first of each. One more closes its connection. */
  readonly inAll: number;
  readonly onCut: () => void;
}

type Served = Parameters<RequestListener>;

/** The requests of one connection that have no reply yet. */
interface Line {
  readonly working: Set<ServerResponse>;
  /** First come, first served. */
  readonly waiting: Served[];
}

/**
 * Bounds the requests that a client sends before it has its replies (RFC 9112, 9.3.2). Node parses up to 64 KiB at once
 * and hands every request on, so a limit of connections alone does not limit requests.
 *
 * A client that waits for its replies, as nearly all do, is never affected: the first request of a connection is not
 * counted. An error reply is not possible. It would have to follow the earlier replies, and would stay in memory until
 * then.
 */
export function limitPipelining(serve: RequestListener, { atOnce, inAll, onCut }: PipeliningLimits): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  let pipelined = 0;

  function lineOf(socket: Socket): Line {
    const known = lines.get(socket);
    if (known !== undefined) return known;
    const line: Line = { working: new Set(), waiting: [] };
    lines.set(socket, line);
    // Reading a body resumes the connection.
    socket.on('resume', () => {
      if (line.waiting.length > 0) socket.pause();
    });
    socket.once('close', () => {
      pipelined -= Math.max(0, unanswered(line) - 1);
      line.waiting.length = 0;
      const left = [...line.working];
      line.working.clear();
      for (const response of left) closeUnsent(response);
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
    // Requests that were read before the connection was closed.
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

/** Node emits `close` only on the response whose turn it was. The others would keep their memory until they reply. */
function closeUnsent(response: ServerResponse): void {
  if (response.socket !== null || response.writableFinished) return;
  response.destroy();
  response.emit('close');
}
