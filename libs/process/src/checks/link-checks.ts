import { pbxLimit } from '@redial/call';
import type { HealthCheck } from '../health/health.ts';

/** For `/readyz` of a process that has its own links to the PBXs: one check for each. */
export function linkChecks(pbxs: readonly { readonly name: string; readonly isUp: boolean }[]): HealthCheck[] {
  return pbxs.map((pbx) => ({
    name: pbxLimit(pbx.name),
    check: async () => {
      if (!pbx.isUp) throw new Error(`no AMI session with ${pbx.name}`);
    },
  }));
}
