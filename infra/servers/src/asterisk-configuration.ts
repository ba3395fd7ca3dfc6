import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './cache-folder.ts';
import { numberedExtensions } from './numbered-phones.ts';
import { tone, waveFile } from './sound.ts';

interface AsteriskConfiguration {
  readonly runDir: string;
  /** The folder of the console's Unix socket. */
  readonly socketDir: string;
  readonly modules: string;
  /** Asterisk's own data folder, for its documentation. */
  readonly data: string;
  readonly amiPort: number;
  readonly secret: string;
  readonly sipPort: number;
  /** A port that accepts every packet and answers none. */
  readonly deadPort: number;
  readonly agentPhonesPort: number;
  readonly carrierPhonesPort: number;
  readonly numberedPhonesPort: number;
  readonly scriptedPhonesPort: number;
  readonly maxLoadTuning: boolean;
}

/** The files that a user includes into an own PBX, and the templates of the local one. */
const shippedFolder = join(repositoryRoot, 'infra/asterisk');

/** Fills the templates into `<runDir>/etc`. Returns the path of asterisk.conf. */
export function writeAsteriskConfiguration(configuration: AsteriskConfiguration): string {
  const { runDir } = configuration;
  for (const folder of ['etc', 'lib', 'log', 'spool']) mkdirSync(join(runDir, folder), { recursive: true });
  const rtpStart = 10_000 + Math.floor(Math.random() * 4) * 1_000;
  const values: Record<string, string> = {
    ...Object.fromEntries(Object.entries(configuration).map(([name, value]) => [name, String(value)])),
    agents: [agentSections(configuration), numberedSections(configuration)].join('\n'),
    redialDialplan: join(shippedFolder, 'redial.conf'),
    logLevels: configuration.maxLoadTuning ? 'error' : 'notice,warning,error',
    sipThreads: configuration.maxLoadTuning ? '20' : '5',
    rtpStart: String(rtpStart),
    rtpEnd: String(rtpStart + 8_000),
  };
  const templates = join(shippedFolder, 'local');
  for (const name of readdirSync(templates).filter((file) => file.endsWith('.conf'))) {
    writeFileSync(join(runDir, 'etc', name), fill(readFileSync(join(templates, name), 'utf8'), values));
  }
  // The user's own file, with only the secret changed: its rights and event filters are the ones under test.
  const manager = readFileSync(join(shippedFolder, 'manager.redial.conf'), 'utf8');
  writeFileSync(
    join(runDir, 'etc/manager.redial.conf'),
    // The user of the processes that place no calls is enabled too.
    manager.replace(/^;(?=\[|[a-z]+ = )/gm, '').replace(/^secret = .*$/gm, `secret = ${configuration.secret}`),
  );
  writeDataFolder(runDir, configuration.data);
  return join(runDir, 'etc/asterisk.conf');
}

/** Asterisk's data folder: its own documentation, and `redial-test`, the one sound that tests play. */
function writeDataFolder(runDir: string, shipped: string): void {
  const sounds = join(runDir, 'data/sounds/en');
  mkdirSync(sounds, { recursive: true });
  writeFileSync(join(sounds, 'redial-test.wav'), waveFile(tone(440, 2_000)));
  const documentation = join(runDir, 'data/documentation');
  rmSync(documentation, { force: true });
  // In a container, the target is the container's own file and need not exist here.
  symlinkSync(join(shipped, 'documentation'), documentation);
}

/** Replaces `{{name}}`. A name without a value is a mistake in the template. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template names {{${name}}}, which has no value.`);
    return value;
  });
}

/** Agents whose phones a test controls: see startScriptedPhones. */
const scriptedExtensions = Array.from({ length: 20 }, (_, n) => 2_500 + n);

/** Agents with three digits, as in the vendors' samples. */
const shortExtensions = [552, 557];

/**
 * Endpoints 1000–1999: 15xx without a contact, 16xx with a dead one, the rest at the agents' phones. The short ones are
 * there too.
 */
export function agentSections(
  ports: Pick<AsteriskConfiguration, 'agentPhonesPort' | 'scriptedPhonesPort' | 'deadPort'>,
): string {
  const sections: string[] = [];
  for (const extension of [
    ...shortExtensions,
    ...Array.from({ length: 1_000 }, (_, n) => 1_000 + n),
    ...scriptedExtensions,
  ]) {
    const range = Math.floor(extension / 100);
    const port = range === 16 ? ports.deadPort : range === 25 ? ports.scriptedPhonesPort : ports.agentPhonesPort;
    const contact = range === 15 ? [] : [`contact = sip:${extension}@127.0.0.1:${port}`];
    sections.push(`[${extension}](agent)`, `aors = ${extension}`, `[${extension}](phone)`, ...contact);
  }
  return sections.join('\n');
}

/** Extensions with two devices each, at the agents' phones. */
const devices: Readonly<Record<number, readonly number[]>> = {
  2610: [1101, 1003],
  2611: [1201, 1202],
  2612: [1203, 1102],
  2613: [1301, 1204],
};

function numberedSections(ports: Pick<AsteriskConfiguration, 'agentPhonesPort' | 'numberedPhonesPort'>): string {
  const section = (extension: string, contacts: readonly string[]) => [
    `[${extension}](agent)`,
    `aors = ${extension}`,
    `[${extension}](phone)`,
    'max_contacts = 2',
    ...contacts.map((contact) => `contact = sip:${contact}`),
  ];
  return [
    ...numberedExtensions.flatMap((one) => section(one, [`${one}@127.0.0.1:${ports.numberedPhonesPort}`])),
    // A contact that a phone could register.
    ...section('2614', [`x&PJSIP/1077&PJSIP/y@127.0.0.1:${ports.agentPhonesPort}`]),
    ...Object.entries(devices).flatMap(([extension, phones]) =>
      section(
        extension,
        phones.map((phone) => `${phone}@127.0.0.1:${ports.agentPhonesPort}`),
      ),
    ),
  ].join('\n');
}
