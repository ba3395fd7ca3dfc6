import { AttemptId, recordingFile, type Tenant } from '@redial/call';
import type { Configuration, PbxConfiguration } from '@redial/configuration';
import type { AttemptStore } from '@redial/store';
import { fromStorage } from '../storage/storage-unavailable.ts';

interface FoundRecording {
  /** Relative to `at`. */
  readonly file: string;
  readonly at: NonNullable<PbxConfiguration['recordings']>;
}

export interface FindPorts {
  readonly store: Pick<AttemptStore, 'readCdr'>;
  readonly configuration: Pick<Configuration, 'pbxs'>;
}

/**
 * A CDR's id → its recording's file. Undefined if there is none, or if it belongs to another tenant: a client cannot
 * distinguish the two, not even by time. Only an id in its exact form gets into the file's name.
 */
export async function findRecording(
  ref: unknown,
  tenant: Tenant,
  { store, configuration }: FindPorts,
): Promise<FoundRecording | undefined> {
  const id = AttemptId.safeParse(ref);
  if (!id.success) return undefined;
  const cdr = await fromStorage(() => store.readCdr(id.data));
  if (cdr?.tenantId !== tenant.id || cdr.recording === undefined) return undefined;
  const at = configuration.pbxs.find(({ name }) => name === cdr.pbx)?.recordings;
  return at === undefined ? undefined : { file: recordingFile(cdr.id, cdr.recording.under), at };
}
