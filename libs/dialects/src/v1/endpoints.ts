import type { ProblemCode } from '../shared/problem.ts';
import type { Endpoint } from './endpoint.ts';
import { callExample, callSummaryExample, deliveryExample } from './examples.ts';
import { BatchReply, CallPageReply, CallReply, DeliveriesReply, DeliveryReply } from './reply-schema.ts';
import { batchMax, CreateBatchDocumented, CreateCall, ListCalls, ListDeliveries, RescheduleCall } from './schema.ts';

const good = { dial1: '1001', dial2: '0820001234' };
const etag = { ETag: 'The version of the call, for If-Match.' };
const ofARecording = { 'Accept-Ranges': 'bytes, where parts of it can be fetched.' };
const idempotencyKey = {
  'Idempotency-Key': {
    description: 'A repetition with the same key and body gets the first answer again, and nothing new is accepted.',
    required: false,
  },
};
const withBody: readonly ProblemCode[] = [
  'malformed_body',
  'invalid_request',
  'body_too_large',
  'unsupported_media_type',
];
const accepting: readonly ProblemCode[] = ['too_many_open_calls'];
const idempotent: readonly ProblemCode[] = ['invalid_idempotency_key', 'idempotency_in_flight', 'idempotency_mismatch'];

/** Every address of `/v1`. */
export const endpoints: readonly Endpoint[] = [
  {
    operation: 'createCall',
    method: 'post',
    path: '/v1/calls',
    summary: 'Place a call, now or later',
    description: 'Answered once the call is durable. From then on it is dialled, or the call states why not.',
    body: CreateCall,
    bodyBytesMax: 64 * 1024,
    requestHeaders: idempotencyKey,
    examples: (tomorrow) => ({
      now: { summary: 'Dialled at once', value: good },
      later: { summary: 'Tomorrow, with retries', value: { ...good, ...laterAt(tomorrow) } },
    }),
    success: [
      {
        status: 202,
        description: 'Accepted.',
        body: CallReply,
        example: callExample,
        headers: { ...etag, Location: 'The address of the call.' },
      },
    ],
    problems: [...withBody, ...idempotent, ...accepting],
  },
  {
    operation: 'createBatch',
    method: 'post',
    path: '/v1/calls/batch',
    summary: `Place up to ${batchMax} calls`,
    description:
      'Each call is accepted or refused by itself: a bad one spoils no other. Those accepted are durable when this is answered.',
    body: CreateBatchDocumented,
    bodyBytesMax: 4 * 1024 * 1024,
    requestHeaders: idempotencyKey,
    examples: (tomorrow) => ({
      two: { summary: 'One for now, one for tomorrow', value: { calls: [good, { ...good, ...laterAt(tomorrow) }] } },
    }),
    success: [
      {
        ...{ status: 200, description: 'What became of each call.', body: BatchReply },
        example: {
          ...{ accepted: 1, rejected: 0 },
          results: [{ index: 0, accepted: true, id: callExample['id'], reference: 'order-7' }],
        },
      },
    ],
    problems: [...withBody, ...idempotent],
  },
  {
    operation: 'listCalls',
    method: 'get',
    path: '/v1/calls',
    summary: 'Find calls',
    query: ListCalls,
    parameterExamples: { limit: 10 },
    success: [
      {
        ...{ status: 200, description: 'A page of calls, newest first.', body: CallPageReply },
        example: { calls: [callSummaryExample], cursor: null },
      },
    ],
    problems: ['invalid_request'],
  },
  {
    operation: 'getCall',
    method: 'get',
    path: '/v1/calls/{id}',
    summary: 'Read a call and its attempts',
    idOf: 'call',
    success: [{ status: 200, description: 'The call.', body: CallReply, headers: etag, example: callExample }],
    problems: ['call_not_found'],
  },
  {
    operation: 'rescheduleCall',
    method: 'patch',
    path: '/v1/calls/{id}',
    summary: 'Move the next attempt of a waiting call',
    body: RescheduleCall,
    bodyBytesMax: 4 * 1024,
    requestHeaders: { 'If-Match': { description: 'The ETag of the call as you last read it.', required: true } },
    idOf: 'call',
    examples: (tomorrow) => ({ tomorrow: { summary: 'Tomorrow', value: { notBefore: tomorrow } } }),
    parameterExamples: { 'If-Match': '*' },
    success: [
      {
        ...{ status: 200, description: 'The call as it is now.', body: CallReply, headers: etag },
        example: callExample,
      },
    ],
    problems: [
      ...withBody,
      'call_not_found',
      'call_ended',
      'call_in_flight',
      'version_conflict',
      'precondition_required',
    ],
  },
  {
    operation: 'cancelCall',
    method: 'post',
    path: '/v1/calls/{id}/cancel',
    summary: 'Cancel a call',
    description:
      'A waiting call is gone at once. One that is being dialled is hung up; its attempt gets its CDR as every other.',
    idOf: 'call',
    requestHeaders: { 'If-Match': { description: 'Cancel only if the call has not changed since.', required: false } },
    success: [
      {
        ...{ status: 200, description: 'The call is canceled.', body: CallReply, headers: etag },
        example: callExample,
      },
      {
        ...{ status: 202, description: 'The attempt under way is being hung up.', body: CallReply, headers: etag },
        example: callExample,
      },
    ],
    problems: ['call_not_found', 'call_ended', 'version_conflict'],
  },
  {
    operation: 'listDeliveries',
    method: 'get',
    path: '/v1/deliveries',
    summary: 'Find CDR deliveries that were given up',
    query: ListDeliveries,
    parameterExamples: { state: 'dead', limit: 10 },
    success: [
      {
        ...{ status: 200, description: 'Deliveries.', body: DeliveriesReply },
        example: { deliveries: [deliveryExample] },
      },
    ],
    problems: ['invalid_request'],
  },
  {
    operation: 'resendDelivery',
    method: 'post',
    path: '/v1/deliveries/{id}/resend',
    summary: 'Send a given-up delivery again',
    idOf: 'delivery',
    success: [
      {
        ...{ status: 202, description: 'It will be tried again, from the start of its schedule.', body: DeliveryReply },
        example: { ...deliveryExample, state: 'pending', tries: 0 },
      },
    ],
    problems: ['delivery_not_found', 'delivery_not_dead'],
  },
  {
    operation: 'getRecording',
    method: 'get',
    path: '/v1/recordings/{id}',
    summary: 'Fetch a recording',
    idOf: 'attempt',
    description: 'Its id is that of the CDR, whose `recording` is this path.',
    requestHeaders: { Range: { description: 'The part that is wanted, such as `bytes=0-65535`.', required: false } },
    success: [
      { status: 200, description: 'The recording.', body: 'audio/wav', headers: ofARecording },
      { status: 206, description: 'The part of it.', body: 'audio/wav', headers: ofARecording },
    ],
    problems: ['recording_not_found', 'range_not_satisfiable', 'pbx_unavailable'],
  },
];

function laterAt(tomorrow: string) {
  return { notBefore: tomorrow, reference: 'order-7', retryPolicy: { maxRetries: 3, delaySeconds: 60 } };
}
