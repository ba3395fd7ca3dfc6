import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export type Answer = (response: ServerResponse, socket: Socket, request: ReceivedRequest) => void;

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

/**
 * A local HTTP server that answers its n-th request by the n-th answer. The last answer is used for all later requests.
 */
export async function startWebhookReceiver(...answers: readonly [Answer, ...Answer[]]): Promise<WebhookReceiver> {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const got = { ...requestLine(request), body: await textOf(request) };
    received.push(got);
    const answer = answers[Math.min(received.length, answers.length) - 1];
    answer?.(response, request.socket, got);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

function requestLine({ method, url, headers }: IncomingMessage) {
  return { method, path: url, headers: headers as Record<string, string> };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
