import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Books } from './books.ts';
import type { SoakReport } from './soak.ts';
import type { SoakWorld } from './soak-world.ts';

/**
 * Writes all data of each call that does not balance, the logs of processes and phones, and the report. Returns the
 * folder.
 */
export function writeTraces(world: SoakWorld, books: Books, report: SoakReport): string {
  const folder = mkdtempSync(join(tmpdir(), 'redial-soak-'));
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  const logs = Object.entries(world.processes).map(([name, process]) => [name, process.log()] as const);
  for (const [name, log] of logs) write(`${name.replace(' ', '-')}.log`, log);
  write('report.json', report);
  for (const [phone, file] of Object.entries(world.pbx.phones.logFiles))
    copyFileSync(file, join(folder, `${phone}-invites.log`));
  for (const callId of new Set(report.findings.flatMap((finding) => finding.callId ?? []))) {
    const call = books.accepted.find(({ id }) => id === callId)?.call;
    write(`${callId}.json`, {
      findings: report.findings.filter((finding) => finding.callId === callId),
      call,
      record: books.records.get(callId),
      cdrs: books.listCdrs.filter((cdr) => cdr.callId === callId),
      webhooks: books.webhooks.filter(({ cdr }) => cdr.callId === callId).map(({ id }) => id),
      invites: Object.fromEntries(
        [call?.dial1 ?? '', call?.dial2 ?? ''].map((user) => [
          user,
          (books.invites.get(user) ?? []).map((at) => new Date(at).toISOString()),
        ]),
      ),
      logs: Object.fromEntries(logs.map(([name, log]) => [name, linesOf(log, callId)])),
    });
  }
  return folder;
}

function linesOf(log: string, text: string): string[] {
  return log.split('\n').filter((line) => line.includes(text));
}
