import { examineObserver, examinePbx } from '@redial/asterisk';
import { readConfigurationFile, readSettings, valueOrExit } from '@redial/configuration';

/**
 * `npm run doctor`: examines every configured PBX and prints what is missing, in sentences. Exits with 1 if a call
 * could not be dialled.
 */
const settings = valueOrExit(readSettings());
const { pbxs } = valueOrExit(await readConfigurationFile(settings.configurationFile));

for (const pbx of pbxs) {
  console.log(`${pbx.name} (${pbx.host}:${pbx.port})`);
  for (const { decision, message } of [...(await examinePbx(pbx)), ...(await examineObserver(pbx))]) {
    console.log(`  ${{ ok: 'ok    ', unsure: 'unsure', failed: 'FAILED' }[decision]}  ${message}`);
    if (decision === 'failed') process.exitCode = 1;
  }
}
