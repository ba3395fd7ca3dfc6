import { namesThereAre, type Result, type Tenant } from '@redial/call';

/**
 * A trunk as a vendor's client writes it → the tenant's. `names`: the vendor's name → the tenant's; a trunk of the same
 * name needs no entry.
 */
export function trunkByName(
  written: string,
  names: Readonly<Record<string, string>>,
  { trunks }: Pick<Tenant, 'trunks'>,
): Result<string> {
  const meant = (name: string) => (Object.hasOwn(names, name) ? names[name] : name) ?? name;
  const isKnown = (name: string) => trunks.includes(meant(name));
  if (isKnown(written)) return { ok: true, value: meant(written) };
  const known = [...Object.keys(names), ...trunks].filter(isKnown);
  return { ok: false, message: `is not a trunk of yours${namesThereAre(known)}` };
}
