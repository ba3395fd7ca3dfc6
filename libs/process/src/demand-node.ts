/** The oldest Node that runs the build. `engines` of package.json states the same. */
export const oldestNode = 22;

/**
 * The first action of a process: it ends with a sentence if Node is too old. This file imports nothing and uses only
 * syntax that a Node of 2022 can read. Its caller imports the rest afterwards, with `import()`.
 */
export function demandNode(version: string = process.versions.node): void {
  const sentence = whyTooOld(version);
  if (sentence === undefined) return;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Undefined if it is new enough. */
export function whyTooOld(version: string): string | undefined {
  const [major] = version.split('.').map(Number);
  if (major !== undefined && major >= oldestNode) return undefined;
  return `Redial needs Node ${oldestNode} or later to run, and this is Node ${version} (${process.execPath}).`;
}
