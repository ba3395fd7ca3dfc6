import type { PbxCore } from '../channels/pbx-core.ts';
import type { AmiMessage } from './ami-parser.ts';
import { type Header, packet } from './event.ts';

/** The user that may log in, and the version that the PBX reports. */
export interface SessionSettings {
  readonly username: string;
  readonly secret: string;
  /** AsteriskVersion of CoreSettings. */
  readonly version: string;
}

/** The parts of a session that an action may read and change. */
export interface SessionState {
  readonly core: PbxCore;
  readonly settings: SessionSettings;
  authenticated: boolean;
  wantsEvents: boolean;
  challenge: string;
  send(text: string): void;
  end(): void;
}

/** One action in progress: its session and its message. */
export interface AmiRequest {
  readonly session: SessionState;
  readonly message: AmiMessage;
}

/** One event of a list. */
export type Row = readonly [event: string, headers: readonly Header[]];

export function success(request: AmiRequest, message: string): void {
  respond(request, 'Success', [['Message', message]]);
}

export function error(request: AmiRequest, message: string): void {
  respond(request, 'Error', [['Message', message]]);
}

export function respond(request: AmiRequest, response: string, headers: readonly Header[]): void {
  request.session.send(packet([['Response', response], ...actionId(request), ...headers]));
}

export function list(
  request: AmiRequest,
  message: string,
  complete: string,
  rows: readonly Row[],
  tail: readonly Header[] = [],
): void {
  const id = actionId(request);
  respond(request, 'Success', [
    ['EventList', 'start'],
    ['Message', message],
  ]);
  for (const [event, headers] of rows) request.session.send(packet([['Event', event], ...id, ...headers]));
  request.session.send(
    packet([['Event', complete], ...id, ['EventList', 'Complete'], ['ListItems', rows.length], ...tail]),
  );
}

function actionId(request: AmiRequest): Header[] {
  const id = request.message.header('ActionID');
  return id === '' ? [] : [['ActionID', id]];
}
