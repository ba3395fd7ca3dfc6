import { debianPackages, dockerAnswers } from '@redial/servers';
import { say } from './test-servers.ts';

/** Fetches the Debian packages of the tests' servers, unless Docker brings them. */
const place = process.env['REDIAL_TEST_SERVERS'] || undefined;
if (place !== 'docker' && (place === 'local' || !(await dockerAnswers())))
  await Promise.all([debianPackages('redis', say), debianPackages('asterisk', say)]);
