import { expect } from 'vitest';
import type { ApiAnswer } from '../support/redial.ts';
import type { World } from './world.ts';

/** The vendor's four fields, two of which are one. */
export interface Click {
  readonly agent: string;
  readonly callee: string;
  readonly outbound_id: string;
  readonly contact_ref?: string;
  readonly call_ref?: string;
}

export type Send = (world: Pick<World, 'redial'>, click: object) => Promise<ApiAnswer>;
const query = (click: object) => new URLSearchParams(Object.entries(click)).toString();
export const postJson: Send = ({ redial }, click) => redial.request('POST', '/click2dial/calls', click);
export const getQuery: Send = ({ redial }, click) => redial.request('GET', `/call.php?${query(click)}`);
export const postForm: Send = ({ redial }, click) =>
  redial.request('POST', '/call.php', query(click), { 'content-type': 'application/x-www-form-urlencoded' });

/** Places a call as the vendor's integrations do; returns its `call_ref`. */
export async function click(world: Pick<World, 'redial'>, fields: Click, send: Send = postJson): Promise<string> {
  const { status, body } = await send(world, fields);
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      success: true,
      call_ref: expect.stringMatching(/^call_/),
      contact_ref: fields.contact_ref ?? fields.call_ref ?? body.call_ref,
    },
  });
  return body.call_ref;
}
