import { afterAll, beforeAll, expect } from 'vitest';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { type Redial, type RedialOptions, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/**
 * A real Redis, a real Asterisk with real SIP phones, and Redial between them. AMI goes through a proxy that can fail.
 */
export interface World {
  readonly redis: TestRedis;
  readonly pbx: TestPbx;
  readonly ami: TcpProxy;
  readonly redial: Redial;
}

/**
 * A world per `describe`. Its parts exist once `beforeAll` has run. `options`: a function if something must be started
 * first.
 */
export function aWorld(options: Partial<RedialOptions> | (() => Promise<Partial<RedialOptions>>) = {}): World {
  const world: { -readonly [Part in keyof World]?: World[Part] } = {};
  beforeAll(async () => {
    [world.redis, world.pbx] = await Promise.all([startTestRedis(), startTestPbx()]);
    const { ami } = world.pbx.asterisk;
    world.ami = await startTcpProxy({ host: ami.host, port: ami.port });
    world.redial = await startRedial({
      redisUrl: world.redis.url,
      pbxs: [
        {
          ...ami,
          observer: world.pbx.asterisk.observer,
          name: 'main',
          host: '127.0.0.1',
          port: world.ami.port,
          recordings: { folder: world.pbx.asterisk.recordingsFolder },
        },
      ],
      ...(typeof options === 'function' ? await options() : options),
    });
  });
  afterAll(async () => {
    await world.redial?.stop();
    await world.ami?.stop();
    await Promise.all([world.pbx?.stop(), world.redis?.stop()]);
  });
  return world as World;
}

/** An extension. The second digit selects what its phone does; see infra/servers/README.md. */
export const agent = (behaviour: keyof typeof agents, which: number) =>
  `${agents[behaviour]}${String(which).padStart(2, '0')}`;
const agents = {
  answers: '10',
  ringsForEver: '11',
  busy: '12',
  declines: '13',
  answersAndHangsUp: '14',
  notRegistered: '15',
  deadContact: '16',
  busyTwice: '17',
  ringsThenAnswers: '18',
} as const;

/** An outside number. The sixth and seventh digit select what its phone does. */
export const customer = (behaviour: keyof typeof customers, which: number) =>
  `27820${customers[behaviour]}${String(which).padStart(4, '0')}`;
const customers = {
  answers: '00',
  ringsForEver: '01',
  busy: '02',
  declines: '03',
  notFound: '04',
  unavailable: '05',
  answersAndHangsUp: '06',
  busyTwice: '07',
  ringsThenAnswers: '08',
  speaks: '20',
  presses1: '21',
  presses9: '22',
} as const;

/** 27… in the national form. */
export const national = (number: string) => `0${number.slice(2)}`;

/** The one CDR that names this dial2 (digits, or a service), for clients that did not get the call's id. */
// biome-ignore lint/suspicious/noExplicitAny: see read
export function cdrTo(world: Pick<World, 'redial'>, dial2: string): Promise<any> {
  return world.redial.inbox.first(({ dial2: { destination } }) =>
    [destination.extension, destination.number?.slice(1), destination.service].includes(dial2),
  );
}

/** Places a call by HTTP; returns its id. */
export async function place(world: Pick<World, 'redial'>, call: Readonly<Record<string, unknown>>): Promise<string> {
  const { status, body } = await world.redial.request('POST', '/v1/calls', call);
  expect({ status, body }).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^call_/) } });
  return body.id;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered, and asserts on it
export async function read(world: Pick<World, 'redial'>, id: string): Promise<any> {
  const { status, body } = await world.redial.request('GET', `/v1/calls/${id}`);
  expect(status).toBe(200);
  return body;
}

/** How many INVITEs a phone has seen. It must never exceed the number of attempts. */
export function invites(world: Pick<World, 'pbx'>, user: string): number {
  return world.pbx.phones.invitesTo(user).length;
}

/**
 * Once dial2 has answered, and for as long as they talk. One call at a time: Asterisk does not report the owner of a
 * channel.
 */
export async function untilBothTalk(world: Pick<World, 'pbx'>, dial2: string): Promise<void> {
  await world.pbx.phones.waitForInvite((invite) => invite.user === dial2, 20_000);
  await expect
    .poll(() => world.pbx.asterisk.cli('core show channels concise'), { timeout: 10_000 })
    .toMatch(/^PJSIP\/carrier2?-.*!Up!/m);
}

/** The `whyNotDialedYet` of GET /v1/calls/{id}, once the call waits for `gate`. */
// biome-ignore lint/suspicious/noExplicitAny: see read
export async function untilHeldBy(world: Pick<World, 'redial'>, id: string, gate: string): Promise<any> {
  await expect.poll(async () => (await read(world, id)).whyNotDialedYet, { timeout: 10_000 }).toMatchObject({ gate });
  return read(world, id);
}
