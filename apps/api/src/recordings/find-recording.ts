import { AttemptId, type Configuration, type PbxConfiguration, recordingFile, type Tenant } from '@redial/call';
import type { Store } from '@redial/store';
import { fromStorage } from '../storage/storage-unavailable.ts';

export interface FoundRecording {
  /** Below where the PBX's recordings can be read from. */
  readonly file: string;
  readonly at: NonNullable<PbxConfiguration['recordings']>;
}

export interface FindPorts {
  readonly store: Pick<Store, 'readCdr'>;
  readonly configuration: Pick<Configuration, 'pbxs'>;
}

/**
 * A CDR's id → where its recording is. Undefined without a word why: another tenant's is as unknown as none, and takes as long to say.
 * Of what the client sent, nothing but an id in its one form gets into the file's name.
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
