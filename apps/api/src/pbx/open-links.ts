import { createPbx, type Pbx } from '@redial/asterisk';
import { type Configuration, observed } from '@redial/configuration';
import type { VendorDialect } from '@redial/dialects';
import type { Logger } from '@redial/platform';
import type { HealthCheck } from '@redial/process';

/** The API's own links to the PBXs, only for questions. None if no tenant has a dialect with questions. */
export function openLinks(
  { pbxs, tenants }: Configuration,
  vendors: readonly VendorDialect[],
  logger: Pick<Logger, 'info' | 'warn'>,
): Pbx[] {
  const asking = vendors.filter(({ queriesPbx }) => queriesPbx).map(({ name }) => name);
  if (!tenants.some(({ dialects }) => asking.some((name) => Object.hasOwn(dialects, name)))) return [];
  return pbxs.map((configuration) => {
    const pbx = createPbx(observed(configuration), { listens: false });
    pbx.on('up', ({ version }) => logger.info({ pbx: pbx.name, version }, 'PBX link for questions is up'));
    pbx.on('down', (reason) => logger.warn({ pbx: pbx.name, reason }, 'PBX link for questions is down'));
    pbx.on('anomaly', (what) => logger.warn({ pbx: pbx.name, what }, 'AMI protocol anomaly'));
    pbx.start();
    return pbx;
  });
}

/** One check for each link of this process, besides what the dialers and the results processes report. */
export function questionLinkChecks(pbxs: readonly Pbx[]): HealthCheck[] {
  return pbxs.map((pbx) => ({
    name: `pbx.${pbx.name}.questions`,
    check: async () => {
      if (!pbx.isUp) throw new Error('the API has no AMI session');
    },
  }));
}
