import type { PermitStore } from '@redial/store';
import type { HealthCheck } from '../health/health.ts';

interface Named {
  readonly name: string;
}

/** For `/readyz`. If the permits of a PBX or a trunk cannot be acquired, nothing is dialled there, and the calls do not show why. */
export function permitsCheck(
  store: Pick<PermitStore, 'checkPermits'>,
  { pbxs, trunks }: { readonly pbxs: readonly Named[]; readonly trunks: readonly Named[] },
): HealthCheck {
  const names = pbxs.map(({ name }) => name);
  const limits = [...names.map((name) => `pbx.${name}`), ...trunks.map(({ name }) => `trunk.${name}`)];
  return { name: 'permits', check: () => store.checkPermits(limits, names) };
}
