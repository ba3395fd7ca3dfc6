import { startChild } from './child.ts';
import { debianArchitecture, debianPackages, type Progress } from './debian-packages.ts';
import type { Program, Programs } from './programs.ts';
import { run } from './run.ts';

const files: Readonly<Record<Program, string>> = { asterisk: 'usr/sbin/asterisk', sipp: 'usr/bin/sipp' };

/** The programs as processes of this machine, from Debian's packages. */
export async function debianPrograms(onProgress?: Progress): Promise<Programs> {
  const packages = await debianPackages('asterisk', onProgress);
  return {
    modules: packages.path('usr/lib', debianArchitecture().triplet, 'asterisk/modules'),
    data: packages.path('usr/share/asterisk'),
    start: async (program, args, { runDir, outputFile, env }) => {
      const command = packages.command(files[program]);
      const child = await startChild(
        { file: command.file, args: [...command.args, ...args] },
        { outputFile, cwd: runDir, env: { ...process.env, ...env } },
      );
      return Object.assign(child, {
        again: (more: readonly string[], timeoutMs: number) =>
          run(command.file, [...command.args, ...more], { timeoutMs }),
      });
    },
  };
}
