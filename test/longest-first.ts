import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Seconds of the long files on a quiet machine with two cores. All other files are short. A long file that began last
 * would run alone while the other workers have nothing left. An outdated value only costs time.
 */
const seconds: Readonly<Record<string, number>> = {
  'test/simulation/simulation.spec.ts': 25,
  'test/faults/faults.spec.ts': 520,
  'test/faults/clock-steps.spec.ts': 42,
  'test/conformance/pbx/asterisk.spec.ts': 111,
  'test/conformance/pbx/simulator.spec.ts': 36,
  'test/conformance/dialects/dialects.spec.ts': 19,
  'test/e2e/redis-setups.spec.ts': 94,
  'test/e2e/soak.spec.ts': 78,
  'test/e2e/half-open.spec.ts': 62,
  'test/e2e/faults.spec.ts': 52,
  'test/e2e/start.spec.ts': 51,
  'test/e2e/rolling-deploy.spec.ts': 38,
  'test/e2e/waiting.spec.ts': 37,
  'test/e2e/limits.spec.ts': 37,
  'test/e2e/two-versions.spec.ts': 35,
  'test/e2e/several-pbxs.spec.ts': 34,
  'test/e2e/dialup.spec.ts': 33,
  'test/e2e/test-numbers.spec.ts': 29,
  'test/e2e/restarts.spec.ts': 25,
  'test/integration/storage-faults/storage-faults.spec.ts': 80,
  'test/integration/redis-setups/sentinel.spec.ts': 62,
  'test/integration/crash-points/sweeping.spec.ts': 61,
  'test/integration/crash-points/settling.spec.ts': 53,
  'test/integration/storage-faults/unconfirmed.spec.ts': 48,
  'test/integration/storage-faults/log-volume.spec.ts': 39,
  'test/integration/fuzz/fuzz.spec.ts': 37,
  'test/integration/redis-setups/replicas.spec.ts': 36,
  'test/integration/local-pbx.spec.ts': 29,
  'test/integration/redis-setups/cluster-failover.spec.ts': 24,
};

/** Orders the files of a group by their length, whichever project they belong to. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const length = (file: TestSpecification) => seconds[relative(this.ctx.config.root, file.moduleId)] ?? 0;
    const group = (file: TestSpecification) => file.project.config.sequence.groupOrder;
    const known = await super.sort(files);
    return known.toSorted((a, b) => group(a) - group(b) || length(b) - length(a));
  }
}
