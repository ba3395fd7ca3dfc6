import type { HealthCheck } from '@redial/process';
import type { LinkStatus } from '@redial/store';

/** One check for each PBX: a dialer and a results process have their link to it. */
export function pbxChecks(names: readonly string[], reports: () => Promise<readonly LinkStatus[]>): HealthCheck[] {
  return names.map((name) => ({
    name: `pbx.${name}`,
    check: async () => {
      const fault = pbxFault(name, await reports());
      if (fault !== undefined) throw new Error(fault);
    },
  }));
}

/** What is missing, as a sentence; undefined if nothing is. One link of each kind is enough. */
export function pbxFault(name: string, reports: readonly LinkStatus[]): string | undefined {
  const missing = (['dialer', 'results'] as const).flatMap((process) => {
    const own = reports.filter((report) => report.pbx === name && report.process === process);
    if (own.some((report) => report.up)) return [];
    return [own.length === 0 ? `no ${process} process reports` : `no ${process} process has its link`];
  });
  return missing.length === 0 ? undefined : missing.join('; ');
}
