import { SinkConfiguration } from '@redial/configuration';
import type { RedisOfAnyKey } from '@redial/platform';
import { type CreateSink, createSinks, type SinkResult, sinkKinds } from '@redial/sinks';
import { fakeQueues, scriptableStore } from '@redial/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  aCdr,
  attemptId,
  attemptIdOf,
  callId,
  configurationWith,
  inFlight,
  nextAttemptId,
  resultOf,
  silentLogger,
  startedAt,
  talked,
  unseenMetrics,
} from '../../testing/builders.ts';
import { createSettle } from '../settle/settle.ts';
import { createDeliverer } from './deliver.ts';

/**
 * docs/how-to/add-a-sink.md, carried out: two kinds of sinks are added at the places that the page names. These are a
 * schema and a line of `sinkKinds`, and nothing else changes. `archive` writes at once, `courier` goes through the
 * queue.
 */
const Archive = z.strictObject({ type: z.literal('archive'), name: z.string(), folder: z.string() });
const Courier = z.strictObject({ type: z.literal('courier'), name: z.string() });
const WithAdded = z.discriminatedUnion('type', [...SinkConfiguration.options, Archive, Courier]);

const now = startedAt + 60_000;
const ended = { journalEnded: talked(startedAt + 1_000, now) };

function anInstallation() {
  const files: string[] = [];
  const courier: { answer: SinkResult; readonly carried: string[] } = { answer: { type: 'delivered' }, carried: [] };

  const createArchive: CreateSink<z.infer<typeof Archive>> = ({ name, folder }, { format }) => ({
    type: 'archive',
    name,
    handover: 'at_once',
    deliver: async (cdr, { id }) => {
      files.push(`${folder}/${id}: ${JSON.stringify(format('redial').toNotification(cdr))}`);
      return { type: 'delivered' };
    },
  });
  const createCourier: CreateSink<z.infer<typeof Courier>> = ({ name }) => ({
    type: 'courier',
    name,
    handover: 'queued',
    deliver: async (_cdr, { id }) => {
      courier.carried.push(id);
      return courier.answer;
    },
  });

  const sinksOfTenant = [
    { type: 'archive', name: 'disk', folder: '/cdrs' },
    { type: 'courier', name: 'rider' },
  ].map((sink) => WithAdded.parse(sink));
  const [known] = configurationWith({ sinks: [] }).tenants;
  if (known === undefined) throw new Error('there is one tenant');
  const tenant = { ...known, sinks: sinksOfTenant as SinkConfiguration[] };

  const kinds = { ...sinkKinds, archive: createArchive, courier: createCourier };
  const format = { toNotification: ({ id }: { readonly id: string }) => ({ id }) };
  const sinks = createSinks({ tenants: [tenant], kinds, formats: { redial: format }, redis: {} as RedisOfAnyKey });

  const store = scriptableStore();
  const queues = fakeQueues();
  const ports = {
    store: store.port,
    queues: queues.queues,
    sinks,
    clock: { now: () => now },
    metrics: unseenMetrics(),
    logger: silentLogger,
  };
  const deliverer = createDeliverer(ports);
  const settle = createSettle({
    ...ports,
    tenant: () => tenant,
    ids: { attemptId: () => nextAttemptId, callId: () => callId },
    deliver: deliverer.deliver,
  });
  store.put(...inFlight());
  return { store, queues, files, courier, deliverer, settle };
}

it('a sink that writes at once has the CDR once its attempt is settled', async () => {
  const { settle, store, files } = anInstallation();
  await settle(resultOf(ended));
  expect(files).toEqual([`/cdrs/${attemptId}.disk: {"id":"${attemptId}"}`]);
  expect(store.deliveries.get(`${attemptId}.disk`)).toMatchObject({ status: 'delivered', tries: 1 });
});

it('a sink behind the queue gets its CDR from the job, and again by the schedule while it fails', async () => {
  const { settle, store, queues, courier, deliverer } = anInstallation();
  await settle(resultOf(ended));
  const deliveryId = `${attemptId}.rider`;
  expect([queues.deliveries, courier.carried]).toEqual([[{ deliveryId }], []]);

  courier.answer = { type: 'failed', error: 'a flat tyre', retry: { type: 'scheduled' } };
  expect(await deliverer.work({ deliveryId })).toMatchObject({ type: 'again', error: 'a flat tyre' });
  courier.answer = { type: 'delivered' };
  expect(await deliverer.work({ deliveryId })).toEqual({ type: 'done' });
  expect(courier.carried).toEqual([deliveryId, deliveryId]);
  expect(store.deliveries.get(deliveryId)).toMatchObject({ status: 'delivered', tries: 2 });
});

it('a sink behind the queue gets the CDRs of a call in the order of the attempts', async () => {
  const { settle, store, courier, deliverer } = anInstallation();
  await settle(resultOf(ended));
  const first = store.deliveries.get(`${attemptId}.rider`);
  if (first === undefined) throw new Error('it was settled');
  store.cdrs.push(aCdr(2));
  const second = { ...first, id: `${attemptIdOf(2)}.rider`, attemptId: attemptIdOf(2), follows: first.id };
  store.deliveries.set(second.id, second);
  expect(await deliverer.work({ deliveryId: second.id })).toMatchObject({ type: 'again' });
  await deliverer.work({ deliveryId: first.id });
  await deliverer.work({ deliveryId: second.id });
  expect(courier.carried).toEqual([first.id, second.id]);
});
