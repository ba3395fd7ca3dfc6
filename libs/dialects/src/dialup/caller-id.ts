import {
  agentNumberOf,
  agentOf,
  CallerId,
  type CallRequest,
  type Destination,
  destinationDigits,
  outsideNumberOf,
  recordingOf,
  serviceOf,
  type Tenant,
} from '@redial/call';
import type { SetCid } from './set-cid.ts';

/** The caller IDs of both sides, and the extension of the recording. */
export type Shown = Pick<CallRequest, 'callerId' | 'dial1CallerId' | 'recording'>;

type Side = 'internal' | 'external';

/** What a side can see. `dial1` and `dial2`: the other side itself. */
type Sight = 'the agent’s number' | 'SetCID' | 'the number of SetCID' | 'dial1' | 'dial2';

interface Sights {
  readonly dial1: Sight;
  readonly dial2: Sight;
}

/**
 * The vendor's table. The agent is the internal side, whether a person or a service; between two outside numbers it is
 * the extension of `SetCID`. Outside parties see an agent's number; that the first of two sees an extension is the
 * vendor's own rule.
 */
const table: Readonly<Record<`${Side} → ${Side}`, Readonly<Partial<Record<SetCid['kind'] | 'none', Sights>>>>> = {
  'internal → external': {
    none: { dial1: 'the agent’s number', dial2: 'the agent’s number' },
    extension: { dial1: 'SetCID', dial2: 'the number of SetCID' },
    number: { dial1: 'SetCID', dial2: 'SetCID' },
  },
  'external → internal': {
    none: { dial1: 'the agent’s number', dial2: 'dial1' },
    extension: { dial1: 'the number of SetCID', dial2: 'SetCID' },
    number: { dial1: 'SetCID', dial2: 'SetCID' },
  },
  'internal → internal': {
    none: { dial1: 'dial2', dial2: 'dial1' },
    extension: { dial1: 'SetCID', dial2: 'SetCID' },
    number: { dial1: 'SetCID', dial2: 'SetCID' },
  },
  'external → external': {
    extension: { dial1: 'SetCID', dial2: 'the number of SetCID' },
  },
};

interface Between {
  readonly dial1: Destination;
  readonly dial2: Destination;
  readonly setCid: SetCid | undefined;
  readonly tenant: Tenant;
}

/** Throws TypeError for two outside numbers without an extension as `SetCID`: `readSetCid` refuses them. */
export function shownBetween(between: Between): Shown {
  const { dial1, dial2, setCid, tenant } = between;
  const sights = table[`${sideOf(dial1)} → ${sideOf(dial2)}`][setCid?.kind ?? 'none'];
  const agent = agentOf(dial1) ?? agentOf(dial2) ?? (setCid?.kind === 'extension' ? setCid.extension : undefined);
  if (sights === undefined || agent === undefined) throw new TypeError('two outside numbers need an agent’s extension');

  const agentNumber = agentNumberOf(agent, tenant);
  const dial1Sees = numberAt(sights.dial1, agentNumber, between);
  const dial2Sees = numberAt(sights.dial2, agentNumber, between);
  // dial1 without a caller ID of its own sees that of dial2. Its carrier would then see the number that it rings as the
  // caller.
  const callerId = dial1Sees === undefined && dial2Sees === outsideNumberOf(dial1) ? undefined : dial2Sees;

  const outsideSees = sideOf(dial2) === 'external' ? dial2Sees : dial1Sees;
  const dialectRule = outsideSees === agentNumber ? 'outside' : 'none';
  const isRecorded = recordingOf(dial1, dial2, tenant, dialectRule) !== undefined;
  return {
    ...(callerId !== undefined && { callerId }),
    ...(dial1Sees !== undefined && dial1Sees !== callerId && { dial1CallerId: dial1Sees }),
    ...(isRecorded && { recording: { under: agent } }),
  };
}

/** Undefined: there is no such number. */
function numberAt(
  sight: Sight,
  agentNumber: string | undefined,
  { dial1, dial2, setCid, tenant }: Between,
): string | undefined {
  switch (sight) {
    case 'the agent’s number':
      return agentNumber;
    case 'SetCID':
      return setCid?.kind === 'number' ? setCid.e164 : setCid?.extension;
    case 'the number of SetCID':
      return setCid?.kind === 'extension' ? agentNumberOf(setCid.extension, tenant) : undefined;
    case 'dial1':
      return numberOf(dial1, tenant);
    case 'dial2':
      return numberOf(dial2, tenant);
  }
}

function sideOf(destination: Destination): Side {
  return outsideNumberOf(destination) === undefined ? 'internal' : 'external';
}

/** The digits of a side that a phone can show. A feature code with `*` or `#` is not a caller ID. */
function numberOf(destination: Destination, tenant: Tenant): string | undefined {
  const digits =
    destination.kind === 'service' ? serviceOf(destination.service, tenant).code : destinationDigits(destination);
  return CallerId.safeParse(digits).success ? digits : undefined;
}
