import { namesThereAre, type Tenant } from '@redial/call';
import type { SettingsIssue } from '../dialect.ts';

/** Empty if a setting names no trunk, or names one that the tenant has. */
export function trunkIssues(
  name: string | undefined,
  path: SettingsIssue['path'],
  { trunks }: Pick<Tenant, 'trunks'>,
): SettingsIssue[] {
  return name === undefined || trunks.includes(name)
    ? []
    : [{ path, message: `is not a trunk of this tenant${namesThereAre(trunks)}` }];
}
