/** One Redis server, or one Sentinel. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
}

export interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
}

/**
 * What REDIAL_REDIS_URL names.
 *
 *     redis://user:password@host:6379/0
 *     redis+cluster://user:password@host1:6379,host2:6379
 *     redis+sentinel://user:password@sentinel1:26379,sentinel2:26379/0?name=mymaster&sentinelPassword=…
 *
 * `rediss` instead of `redis` uses TLS, also to the Sentinels. User and passwords are percent-encoded, an IPv6 address
 * stands in brackets, and a port may be omitted. Some servers of the Cluster, or some Sentinels, are enough: one that
 * replies once names the others (`known-servers.ts`).
 */
export type RedisSetup =
  | { readonly type: 'single'; readonly url: string }
  | {
      readonly type: 'cluster';
      readonly servers: readonly RedisServer[];
      readonly login: RedisLogin;
      readonly tls: boolean;
    }
  | {
      readonly type: 'sentinel';
      readonly sentinels: readonly RedisServer[];
      /** Of the primary and its replicas, as the Sentinels know them. */
      readonly name: string;
      readonly database: number;
      readonly login: RedisLogin;
      readonly sentinelLogin: RedisLogin;
      readonly tls: boolean;
    };

/** States what is wrong with a URL, without any part of it: an unreadable part may be a password. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
}

/** Throws RedisUrlError. */
export function parseRedisUrl(written: string): RedisSetup {
  const [, protocol = '', kind = '', rest = ''] = /^(rediss?)(?:\+(cluster|sentinel))?:\/\/(.*)$/s.exec(written) ?? [];
  if (protocol === '') throw new RedisUrlError('must be a URL such as redis://127.0.0.1:6379');
  if (kind === '') {
    if (!URL.canParse(written)) throw new RedisUrlError('must be a URL such as redis://127.0.0.1:6379');
    return { type: 'single', url: written };
  }
  const [, authority = '', path = '', query = ''] = /^([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(rest) ?? [];
  const at = authority.lastIndexOf('@');
  const tls = protocol === 'rediss';
  const login = at < 0 ? {} : parseLogin(authority.slice(0, at));
  const servers = parseServers(authority.slice(at + 1), kind === 'cluster' ? 6379 : 26_379);
  const parameters = new URLSearchParams(query);
  if (kind === 'cluster') {
    if (path !== '' && path !== '/') throw new RedisUrlError('names a database, but a Redis Cluster has only one');
    refuseOthers(parameters, []);
    return { type: 'cluster', servers, login, tls };
  }
  refuseOthers(parameters, ['name', 'sentinelUsername', 'sentinelPassword']);
  const name = parameters.get('name') ?? '';
  if (name === '') throw new RedisUrlError('must say which primary the Sentinels watch, such as ?name=mymaster');
  if (!/^(\/[0-9]{0,4})?$/.test(path)) throw new RedisUrlError('must name its database by number, such as /0');
  const sentinelLogin = loginOf(parameters.get('sentinelUsername') ?? '', parameters.get('sentinelPassword') ?? '');
  return {
    type: 'sentinel',
    sentinels: servers,
    name,
    database: Number(path.slice(1)),
    login,
    sentinelLogin,
    tls,
  };
}

/** What is wrong with the URL, in words that follow the name of a variable; undefined if it is valid. */
export function redisUrlFault(written: string): string | undefined {
  try {
    parseRedisUrl(written);
    return undefined;
  } catch (error) {
    if (error instanceof RedisUrlError) return error.message;
    throw error;
  }
}

/** For people and logs: passwords become stars. `parseRedisUrl` still accepts the URL. */
export function describeRedisUrl(written: string): string {
  const setup = parseRedisUrl(written);
  if (setup.type === 'single') {
    const url = new URL(written);
    if (url.password !== '') url.password = '***';
    if (url.searchParams.has('password')) url.searchParams.set('password', '***');
    return url.href;
  }
  const scheme = `${setup.tls ? 'rediss' : 'redis'}+${setup.type}://${described(setup.login)}`;
  const list = (servers: readonly RedisServer[]) => servers.map(serverAddress).join(',');
  if (setup.type === 'cluster') return scheme + list(setup.servers);
  const { sentinels, database, name, sentinelLogin } = setup;
  const parameters = [
    `name=${encodeURIComponent(name)}`,
    ...(sentinelLogin.username ? [`sentinelUsername=${encodeURIComponent(sentinelLogin.username)}`] : []),
    ...(sentinelLogin.password ? ['sentinelPassword=***'] : []),
  ];
  return `${scheme}${list(sentinels)}/${database}?${parameters.join('&')}`;
}

export function serverAddress({ host, port }: RedisServer): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function parseServers(list: string, defaultPort: number): RedisServer[] {
  return list.split(',').map((written, index) => {
    const [, ipv6, name = '', port] =
      /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]{1,253}))(?::([0-9]{1,5}))?$/.exec(written) ?? [];
    const server = { host: ipv6 ?? name, port: Number(port ?? defaultPort) };
    if (server.host === '' || server.port < 1 || server.port > 65_535) {
      throw new RedisUrlError(`must list servers as host:port, with commas between; number ${index + 1} is none`);
    }
    return server;
  });
}

function parseLogin(written: string): RedisLogin {
  const colon = written.indexOf(':');
  const [user, password] = colon < 0 ? [written, ''] : [written.slice(0, colon), written.slice(colon + 1)];
  try {
    return loginOf(decodeURIComponent(user), decodeURIComponent(password));
  } catch {
    throw new RedisUrlError('holds a user or a password that is not percent-encoded: a % is written %25');
  }
}

function loginOf(username: string, password: string): RedisLogin {
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

function described({ username = '', password }: RedisLogin): string {
  const user = encodeURIComponent(username);
  if (password !== undefined) return `${user}:***@`;
  return user === '' ? '' : `${user}@`;
}

function refuseOthers(parameters: URLSearchParams, known: readonly string[]): void {
  if ([...parameters.keys()].every((name) => known.includes(name))) return;
  const what = known.length === 0 ? 'no parameters' : `no parameters but ${known.join(', ')}`;
  throw new RedisUrlError(`takes ${what} behind the ?`);
}
