import { AttemptId } from '../ids.ts';
import { hasExtension, type Tenant } from '../tenant/tenant.ts';
import { type CallRequest, type Destination, destinationDigits, outsideNumberOf, RecordedUnder } from './request.ts';

export type RecordingRule = NonNullable<Tenant['recording']>;

/** Whether the tenant's rule, or where it has none the dialect's, records a call between these two; and under whose number. */
export function recordingOf(
  dial1: Destination,
  dial2: Destination,
  tenant: Pick<Tenant, 'recording'>,
  dialectRule: RecordingRule = 'none',
): CallRequest['recording'] {
  const rule = tenant.recording ?? dialectRule;
  const outside = [dial1, dial2].some((destination) => outsideNumberOf(destination) !== undefined);
  if (rule === 'none' || (rule === 'outside' && !outside)) return undefined;
  // Between two outside parties nobody is an agent: whoever rings first takes the place.
  return { under: agentOf(dial1) ?? agentOf(dial2) ?? destinationDigits(dial1) };
}

/** The agent's side of a call: an extension, or the service that takes its place. */
export function agentOf(destination: Destination): string | undefined {
  return outsideNumberOf(destination) === undefined ? destinationDigits(destination) : undefined;
}

/** The number an agent has outside; undefined where neither it nor the tenant has one. */
export function agentNumberOf(extension: string, tenant: Tenant): string | undefined {
  const { agents, default: shared } = tenant.callerIds;
  if (Object.hasOwn(agents, extension)) return agents[extension];
  return shared === undefined || hasExtension(tenant, shared) ? undefined : shared;
}

/**
 * Where the PBX keeps a recording, below its folder of recordings. Checked here as well, because it becomes a path: throws RangeError for an
 * id or a name that is none.
 */
export function recordingFile(attemptId: string, under: string): string {
  if (!AttemptId.safeParse(attemptId).success || !RecordedUnder.safeParse(under).success) {
    throw new RangeError('a recording is named after an attempt and an agent');
  }
  return `redial/${under}/${attemptId}.wav`;
}
