import { AttemptId } from '../ids.ts';
import { hasExtension, type Tenant } from '../tenant/tenant.ts';
import { type CallRequest, type Destination, destinationDigits, outsideNumberOf, RecordedUnder } from './request.ts';

export type RecordingRule = NonNullable<Tenant['recording']>;

/** Applies the tenant's recording rule, or else the dialect's. Returns the owner of the recording. */
export function recordingOf(
  dial1: Destination,
  dial2: Destination,
  tenant: Pick<Tenant, 'recording'>,
  dialectRule: RecordingRule = 'none',
): CallRequest['recording'] {
  const rule = tenant.recording ?? dialectRule;
  const outside = [dial1, dial2].some((destination) => outsideNumberOf(destination) !== undefined);
  if (rule === 'none' || (rule === 'outside' && !outside)) return undefined;
  // Of two outside parties neither is an agent: the one that rings first takes the agent's place.
  return { under: agentOf(dial1) ?? agentOf(dial2) ?? destinationDigits(dial1) };
}

/** The agent's side of a call: an extension, or the service that takes its place. */
export function agentOf(destination: Destination): string | undefined {
  return outsideNumberOf(destination) === undefined ? destinationDigits(destination) : undefined;
}

/** The number that an agent has outside. Undefined where neither the agent nor the tenant has one. */
export function agentNumberOf(extension: string, tenant: Tenant): string | undefined {
  const { agents, default: shared } = tenant.callerIds;
  if (Object.hasOwn(agents, extension)) return agents[extension];
  return shared === undefined || hasExtension(tenant, shared) ? undefined : shared;
}

/**
 * The path of a recording below the PBX's folder of recordings. The parts become a path, so they are checked again
 * here: an invalid id or name throws RangeError.
 */
export function recordingFile(attemptId: string, under: string): string {
  if (!AttemptId.safeParse(attemptId).success || !RecordedUnder.safeParse(under).success) {
    throw new RangeError('a recording is named after an attempt and an agent');
  }
  return `redial/${under}/${attemptId}.wav`;
}
