import { BlockList, isIP } from 'node:net';
import { bearerOf, digestOf, isSameDigest } from '@redial/platform';

/** What a request for metrics shows about its client. */
interface MetricsRequest {
  /** The address of the connection itself. */
  readonly address: string | undefined;
  readonly header: (name: string) => string | undefined;
}

const metricsWantToken = 'Metrics want their own bearer token.';
const metricsAreLocal =
  'Without REDIAL_METRICS_TOKEN metrics are for this machine alone: asked at its loopback address, and through no proxy.';

/**
 * Why a request may not read metrics, as a sentence; undefined if it may. If a token is set, its bearer may. Without a
 * token only this machine may. The connection comes from a loopback address, no header shows a proxy, and the requested
 * host is a loopback one. A page in a browser that reaches this address by another name (DNS rebinding) cannot send
 * such a host.
 */
export function metricsFault({ address, header }: MetricsRequest, token: string | undefined): string | undefined {
  if (token !== undefined) {
    const given = bearerOf(header('authorization'));
    return given !== undefined && isSameDigest(digestOf(given), digestOf(token)) ? undefined : metricsWantToken;
  }
  const isDirect = passedOn.every((name) => header(name) === undefined);
  return isDirect && isLoopback(address) && isLoopback(hostOf(header('host'))) ? undefined : metricsAreLocal;
}

/** Headers that proxies add. A proxy on this machine that adds none looks like a local client; the docs state this. */
const passedOn = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host = ''): boolean {
  const plain = host.replace(/^::ffff:(?=[0-9]+\.)/i, '');
  const version = isIP(plain);
  return version === 0 ? plain === 'localhost' : loopback.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

/** `[::1]:8080` → ::1, `localhost:8080` → localhost. */
function hostOf(host: string | undefined): string | undefined {
  return host === undefined
    ? undefined
    : host
        .replace(/:[0-9]*$/, '')
        .replace(/^\[(.*)\]$/, '$1')
        .toLowerCase();
}
