const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection closed without an answer',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not resolved',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'answer with too many headers',
};

/** Why a request got no answer: the kind of failure, without addresses. */
export function describeFailure(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`;
  const code = codeOf(error);
  if (code === undefined) return 'request failed';
  return (
    sentences[code] ?? (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code) ? `TLS: ${code}` : `request failed: ${code}`)
  );
}

/** fetch wraps the cause, sometimes twice: one error for each address that was tried. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined || inner === error ? undefined : codeOf(inner);
}
