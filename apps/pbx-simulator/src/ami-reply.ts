import type { AmiMessage } from './ami-parser.ts';
import type { AmiServer } from './ami-server.ts';
import { type Header, packet } from './event.ts';

/** What an action may read and change of its session. */
export interface SessionState {
  readonly server: AmiServer;
  authenticated: boolean;
  wantsEvents: boolean;
  challenge: string;
  send(text: string): void;
  end(): void;
}

/** One action under way: who sent it, and what. */
export interface Call {
  readonly session: SessionState;
  readonly message: AmiMessage;
}

/** One event of a list. */
export type Row = readonly [event: string, headers: readonly Header[]];

export function success(call: Call, message: string): void {
  respond(call, 'Success', [['Message', message]]);
}

export function error(call: Call, message: string): void {
  respond(call, 'Error', [['Message', message]]);
}

export function respond(call: Call, response: string, headers: readonly Header[]): void {
  call.session.send(packet([['Response', response], ...actionId(call), ...headers]));
}

export function list(
  call: Call,
  message: string,
  complete: string,
  rows: readonly Row[],
  tail: readonly Header[] = [],
): void {
  const id = actionId(call);
  respond(call, 'Success', [
    ['EventList', 'start'],
    ['Message', message],
  ]);
  for (const [event, headers] of rows) call.session.send(packet([['Event', event], ...id, ...headers]));
  call.session.send(
    packet([['Event', complete], ...id, ['EventList', 'Complete'], ['ListItems', rows.length], ...tail]),
  );
}

function actionId(call: Call): Header[] {
  const id = call.message.header('ActionID');
  return id === '' ? [] : [['ActionID', id]];
}
