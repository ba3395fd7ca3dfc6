import type { Tenant } from '@redial/call';
import { type HttpReply, jsonReply, type Problem, v1 } from '@redial/dialects';
import type { Acceptor } from '../accept/accept-calls.ts';
import type { Ports } from '../ports.ts';

/** A request of a known tenant, without Express. */
export interface ApiRequest {
  readonly tenant: Tenant;
  /** `{id}` of the path. */
  readonly id: string;
  readonly query: unknown;
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}

/** An endpoint. Expected refusals are values; an exception is a bug or the storage. */
export type Handler = (request: ApiRequest) => Promise<HttpReply | Problem>;

export interface HandlerPorts extends Ports {
  readonly acceptor: Acceptor;
}

export function isProblem(result: HttpReply | Problem): result is Problem {
  return 'code' in result;
}

export function etagOf(version: number): string {
  return `"${version}"`;
}

/** A call with its version. */
export function callAnswer(
  status: number,
  view: v1.CallView,
  version: number,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return jsonReply(status, v1.callReply(view), { ETag: etagOf(version), ...headers });
}
