import { namesThereAre, type Tenant } from '@redial/call';
import type { SettingsFault } from '../dialect.ts';

/** Nothing, where a setting names none, or one that the tenant has. */
export function trunkFault(
  name: string | undefined,
  path: SettingsFault['path'],
  { trunks }: Pick<Tenant, 'trunks'>,
): SettingsFault[] {
  return name === undefined || trunks.includes(name)
    ? []
    : [{ path, message: `is not a trunk of this tenant${namesThereAre(trunks)}` }];
}
