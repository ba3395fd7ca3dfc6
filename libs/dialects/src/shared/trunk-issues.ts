import { type Issue, namesThereAre, type Tenant } from '@redial/call';

/** Empty if a setting names no trunk, or names one that the tenant has. */
export function trunkIssues(
  name: string | undefined,
  path: Issue['path'],
  { trunks }: Pick<Tenant, 'trunks'>,
): Issue[] {
  return name === undefined || trunks.includes(name)
    ? []
    : [{ path, message: `is not a trunk of this tenant${namesThereAre(trunks)}` }];
}
