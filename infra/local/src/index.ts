export { type AmiAccess, type AsteriskOptions, type LocalAsterisk, startAsterisk } from './asterisk.ts';
export { cacheFolder, repositoryRoot } from './cache-folder.ts';
export type { Exit } from './child.ts';
export {
  debianPackages,
  debianSuite,
  type PackageSet,
  type Progress,
  type UnpackedPackages,
} from './debian-packages.ts';
export { freePort } from './ports.ts';
export { dockerAnswers } from './redis-docker.ts';
export { waitForRedis } from './redis-ping.ts';
export { type LocalRedis, type RedisOptions, type RedisSource, startRedis } from './redis-server.ts';
export type { Invite, Phone } from './sip-invites.ts';
export { type SipPhones, type SipPhonesOptions, startSipPhones } from './sip-phones.ts';
