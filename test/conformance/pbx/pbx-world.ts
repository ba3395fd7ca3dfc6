import {
  type AttemptWatch,
  createAttemptWatch,
  createPbx,
  isLocalChannel,
  type OriginateOrder,
  type Pbx,
} from '@redial/asterisk';
import { AttemptId, type AttemptPlan, type Evidence, type Outcome, type OutcomeContext, outcomeOf } from '@redial/call';
import { vi } from 'vitest';
import { type AmiAccess, type Packet, RawAmi } from './raw-ami.ts';

/** A PBX that acts as Asterisk with the `redial` context and the scripted phones. */
export interface ConformingPbx {
  readonly ami: AmiAccess;
  /** The address of the agents' phones: `host:port` for a SIP address. */
  readonly agentPhones: string;
  /** The folder of recordings. */
  readonly recordingsFolder: string;
  /** INVITEs that the phones saw, oldest first. */
  invitesTo(user: string): readonly SeenInvite[];
  /** A crash and a new start: calls are lost, AstDB stays. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface SeenInvite {
  readonly from: string;
  readonly fromName: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One attempt from its Originate to its conclusion, as seen by our adapter and by a bystander on AMI. */
export interface Placed {
  readonly attemptId: AttemptId;
  readonly slot: number;
  readonly evidence: Evidence;
  readonly outcome: Outcome;
  /** Every event of the attempt that a second AMI session saw. */
  readonly events: readonly Packet[];
  /** What DBGet returns for its slot afterwards, or undefined. */
  readonly journal: readonly string[] | undefined;
}

export type OrderFields = Partial<Omit<OriginateOrder, 'attemptId' | 'slot'>> & {
  /** How the legs are rung, if the case needs it. */
  readonly legs?: AttemptPlan['legs'];
};

type TestOrder = OriginateOrder & Pick<OrderFields, 'legs'>;

/** The suite's world: a PBX, our adapter on it, and a second AMI session as bystander. */
export class PbxWorld {
  readonly #target: ConformingPbx;
  readonly pbx: Pbx;
  readonly watch: AttemptWatch;
  bystander: RawAmi;
  readonly version: string;
  readonly #concluded = new Map<AttemptId, Evidence>();
  #lastNumber = 0;

  private constructor(target: ConformingPbx, pbx: Pbx, bystander: RawAmi, version: string) {
    this.#target = target;
    this.pbx = pbx;
    this.bystander = bystander;
    this.version = version;
    this.watch = createAttemptWatch({
      pbx,
      onConclude: (attemptId, evidence) => void this.#concluded.set(attemptId, evidence),
      // Uncaught: the suite fails.
      onFault: (attemptId, doing, error) => {
        throw new Error(`${doing} of ${attemptId} failed`, { cause: error });
      },
    });
  }

  static async start(start: () => Promise<ConformingPbx>): Promise<PbxWorld> {
    const target = await start();
    const pbx = createPbx({ name: 'under-test', ...target.ami });
    const up = new Promise<string>((resolve) => pbx.on('up', ({ version }) => resolve(version)));
    pbx.start();
    return new PbxWorld(target, pbx, await RawAmi.login(target.ami), await up);
  }

  async stop(): Promise<void> {
    this.watch.stop();
    this.bystander.end();
    await this.pbx.stop();
    await this.#target.stop();
  }

  get ami(): AmiAccess {
    return this.#target.ami;
  }

  get recordingsFolder(): string {
    return this.#target.recordingsFolder;
  }

  get agentPhones(): string {
    return this.#target.agentPhones;
  }

  invitesTo(user: string) {
    return this.#target.invitesTo(user);
  }

  /** A crash of the PBX. Resolves when the adapter is up again, with a bystander in the new session. */
  async restart(): Promise<void> {
    const upAgain = new Promise<void>((resolve) => {
      const listener = () => {
        this.pbx.off('up', listener);
        resolve();
      };
      this.pbx.on('up', listener);
    });
    await this.#target.restart();
    await upAgain;
    this.bystander.end();
    this.bystander = await RawAmi.login(this.ami);
  }

  newAttempt(): { readonly attemptId: AttemptId; readonly slot: number } {
    this.#lastNumber += 1;
    return {
      attemptId: AttemptId.parse(`att_01CNF0RMANCE${String(this.#lastNumber).padStart(14, '0')}`),
      slot: this.#lastNumber,
    };
  }

  order(fields: OrderFields = {}): TestOrder {
    return {
      ...this.newAttempt(),
      dial1Channel: 'PJSIP/1000',
      dial2Channel: 'PJSIP/27820000000@carrier',
      dial1RingTimeoutMs: 5_000,
      dial2RingTimeoutMs: 5_000,
      talkLimitMs: 60_000,
      variables: {},
      headers: { dial1: {}, dial2: {} },
      ...fields,
    };
  }

  get pbxStartedAt(): string {
    if (this.pbx.pbxStartedAt === undefined) throw new Error('the PBX is down');
    return this.pbx.pbxStartedAt;
  }

  /** Originates by the adapter. Does not wait for the attempt. */
  dial(order: TestOrder): void {
    const { attemptId, slot } = order;
    this.watch.originate({ attemptId, slot, pbxStartedAt: this.pbxStartedAt, plan: planOf(order) }, order);
  }

  /** Originates by the adapter, and waits for the conclusion and for every event that is still due. */
  async place(fields: OrderFields = {}): Promise<Placed> {
    const order = this.order(fields);
    this.dial(order);
    return this.conclusionOf(order);
  }

  async conclusionOf(order: TestOrder): Promise<Placed> {
    const { attemptId, slot } = order;
    const evidence = await vi.waitFor(
      () => {
        const found = this.#concluded.get(attemptId);
        if (found === undefined) throw new Error(`${attemptId} has not concluded`);
        return found;
      },
      { timeout: 45_000, interval: 10 },
    );
    await this.bystander.packet((one) => one.event === 'OriginateResponse' && one.get('ActionID') === attemptId);
    await this.allChannelsEnded(attemptId);
    return {
      attemptId,
      slot,
      evidence,
      outcome: outcomeOf(evidence, Date.now(), outcomeContext(order)),
      events: this.bystander.eventsOf(attemptId),
      journal: await this.journal(slot),
    };
  }

  /** The attempt has no channel any more, and all its events have been read. */
  async allChannelsEnded(attemptId: string): Promise<void> {
    await vi.waitFor(
      async () => {
        if ((await this.channelsOf(attemptId)).length > 0) throw new Error(`a channel of ${attemptId} still lives`);
        const events = this.bystander.eventsOf(attemptId);
        const dial1 = events.filter((one) => one.get('Uniqueid') === attemptId && one.event !== 'OriginateResponse');
        if (dial1.length > 0 && !dial1.some((one) => one.event === 'Hangup'))
          throw new Error(`no Hangup of ${attemptId} came`);
      },
      { timeout: 45_000, interval: 30 },
    );
  }

  /** Rows of CoreShowChannels that belong to the attempt. */
  async channelsOf(attemptId: string): Promise<Packet[]> {
    const rows = await this.list(['Action', 'CoreShowChannels']);
    return rows.filter((one) => one.get('Linkedid') === attemptId);
  }

  /** An action whose answer is a list: returns its rows. */
  async list(...headers: readonly (readonly [name: string, value: string])[]): Promise<Packet[]> {
    const actionId = this.bystander.newActionId();
    await this.bystander.act(...headers, ['ActionID', actionId]);
    const mine = (one: Packet) => one.event !== undefined && one.get('ActionID') === actionId;
    await this.bystander.packet((one) => mine(one) && one.get('EventList') === 'Complete');
    return this.bystander.packets.filter((one) => mine(one) && one.get('EventList') === undefined);
  }

  /** The journal's fields in a slot. */
  async journal(slot: number): Promise<readonly string[] | undefined> {
    const actionId = this.bystander.newActionId();
    const reply = await this.bystander.act(
      ['Action', 'DBGet'],
      ['Family', 'redial'],
      ['Key', String(slot)],
      ['ActionID', actionId],
    );
    if (reply.get('Response') === 'Error') return undefined;
    const row = await this.bystander.packet((one) => one.event === 'DBGetResponse' && one.get('ActionID') === actionId);
    return row.get('Val')?.split('|');
  }

  rings(attemptId: string): Promise<Packet> {
    return this.bystander.packet(
      (one) => one.event === 'Newstate' && one.get('Uniqueid') === attemptId && one.get('ChannelState') === '5',
    );
  }

  /** Both sides are in one bridge. */
  talks(attemptId: string): Promise<void> {
    return vi.waitFor(
      async () => {
        const bridged = (await this.channelsOf(attemptId)).filter((one) => one.get('BridgeId') !== '');
        if (bridged.length !== 2) throw new Error(`${bridged.length} channels of ${attemptId} are in a bridge`);
      },
      { timeout: 45_000, interval: 30 },
    );
  }

  answers(attemptId: string): Promise<Packet> {
    return this.bystander.packet(
      (one) =>
        one.event === 'OriginateResponse' && one.get('ActionID') === attemptId && one.get('Response') === 'Success',
    );
  }
}

export function planOf(order: TestOrder): AttemptPlan {
  const { dial1RingTimeoutMs, dial2RingTimeoutMs, talkLimitMs } = order;
  const viaLocalChannel = isViaLocalChannel(order);
  const kind = viaLocalChannel ? 'dialplan' : 'extension';
  return {
    dial1RingTimeoutMs,
    dial2RingTimeoutMs,
    talkLimitMs,
    ...(viaLocalChannel && { viaLocalChannel }),
    legs: order.legs ?? { dial1: kind, dial2: kind },
  };
}

/** A case that names no legs states what holds for a trunk and an extension alike. */
function outcomeContext(order: TestOrder): OutcomeContext {
  return order.legs !== undefined || isViaLocalChannel(order) ? planOf(order) : {};
}

function isViaLocalChannel({ dial1Channel, dial2Channel }: TestOrder): boolean {
  return [dial1Channel, dial2Channel].some(isLocalChannel);
}
