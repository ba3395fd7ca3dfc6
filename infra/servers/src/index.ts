export { type AsteriskAccess, type AsteriskOptions, type LocalAsterisk, startAsterisk } from './asterisk.ts';
export { cacheFolder, repositoryRoot } from './cache-folder.ts';
export { type Child, type Exit, endChild, startChild } from './child.ts';
export {
  debianArchitecture,
  debianPackages,
  debianSuite,
  type PackageSet,
  type Progress,
  type UnpackedPackages,
} from './debian-packages.ts';
export { debianPrograms } from './debian-programs.ts';
export { buildImage, containerUser, dockerAnswers, intoFile, pullImage } from './docker.ts';
export { isAlive } from './folder-lock.ts';
export { freePort, type Protocol, portError } from './free-ports.ts';
export type { Program, ProgramOptions, Programs, RunningProgram } from './programs.ts';
export { type LocalRedisCluster, type RedisClusterOptions, startRedisCluster } from './redis-cluster.ts';
export { redisImage } from './redis-docker.ts';
export type { RedisLauncher, RedisSource } from './redis-launcher.ts';
export { waitForRedis } from './redis-ping.ts';
export { type LocalRedisSentinel, type RedisSentinelOptions, startRedisSentinel } from './redis-sentinel.ts';
export {
  type LocalRedis,
  onLoopback,
  type RedisOptions,
  startRedis,
} from './redis-server.ts';
export { type ScriptedCall, type ScriptedPhones, startScriptedPhones } from './scripted-phones.ts';
export type { Invite, Phone } from './sip-invites.ts';
export { type SipPhones, type SipPhonesOptions, startSipPhones } from './sip-phones.ts';
