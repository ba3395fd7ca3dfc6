import type { AttemptId, CallId, Delivery } from '@redial/call';
import { expect, it } from 'vitest';
import { storeKeys } from '../keys.ts';
import { encodeDelivery } from '../records/documents.ts';
import { writeDelivery } from './deliveries.ts';

const keys = storeKeys('{spec}');
const context = { keys, retentionMs: 1_000 };
const delivery: Delivery = {
  id: 'att_1.crm',
  tenantId: 'acme',
  callId: 'call_1' as CallId,
  attemptId: 'att_1' as AttemptId,
  sink: 'crm',
  status: 'pending',
  createdAt: 5_000,
  tries: 0,
};

it('a pending delivery does not expire', () => {
  expect(writeDelivery(context, delivery)).toEqual([
    ['SET', keys.delivery(delivery.id), encodeDelivery(delivery)],
    ['ZADD', keys.undelivered, 5_000, delivery.id],
    ['ZREM', keys.dead('acme'), delivery.id],
  ]);
});

it('a delivery with a next try is due only then', () => {
  const tried: Delivery = { ...delivery, tries: 1, nextTryAt: 7_000 };
  expect(writeDelivery(context, tried)[1]).toEqual(['ZADD', keys.undelivered, 7_000, delivery.id]);
});

it('a delivered one expires and is on no list', () => {
  const done: Delivery = { ...delivery, status: 'delivered' };
  expect(writeDelivery(context, done)).toEqual([
    ['SET', keys.delivery(delivery.id), encodeDelivery(done), 'PX', 1_000],
    ['ZREM', keys.undelivered, delivery.id],
    ['ZREM', keys.dead('acme'), delivery.id],
  ]);
});

it('a dead one is listed by the instant it died, and older ones leave the list', () => {
  const dead: Delivery = { ...delivery, status: 'dead', lastTryAt: 9_000 };
  expect(writeDelivery(context, dead).slice(2)).toEqual([
    ['ZREMRANGEBYSCORE', keys.dead('acme'), '-inf', 8_000],
    ['ZADD', keys.dead('acme'), 9_000, delivery.id],
  ]);
});
