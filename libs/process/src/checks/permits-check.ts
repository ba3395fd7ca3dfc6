import { configuredLimits } from '@redial/call';
import type { PermitStore } from '@redial/store';
import type { HealthCheck } from '../health/health.ts';

interface Named {
  readonly name: string;
}

/**
 * For `/readyz`. If the permits of a PBX or a trunk cannot be acquired, nothing is dialled there, and the calls do not
 * show why.
 */
export function permitsCheck(
  store: Pick<PermitStore, 'checkPermits'>,
  configured: { readonly pbxs: readonly Named[]; readonly trunks: readonly Named[] },
): HealthCheck {
  const names = configured.pbxs.map(({ name }) => name);
  return { name: 'permits', check: () => store.checkPermits(configuredLimits(configured), names) };
}
