import { namesThereAre, type Tenant } from '@redial/call';
import type { Checked } from './check-fields.ts';

/** A trunk as a vendor's client writes it → the tenant's. `names`: the vendor's name → the tenant's; one that has the same name needs no entry. */
export function trunkByName(
  written: string,
  names: Readonly<Record<string, string>>,
  { trunks }: Pick<Tenant, 'trunks'>,
): Checked<string> {
  const trunk = Object.hasOwn(names, written) ? names[written] : written;
  if (trunk !== undefined && trunks.includes(trunk)) return { ok: true, value: trunk };
  const known = [...new Set([...Object.keys(names), ...trunks])].filter((name) => trunks.includes(names[name] ?? name));
  return { ok: false, message: `is not a trunk of yours${namesThereAre(known)}` };
}
