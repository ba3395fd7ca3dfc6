import { type Problem, problem } from '@redial/dialects';
import { StorageUnavailable } from '../storage/storage-unavailable.ts';

/** An exception → the problem that the client gets. Only known, harmless errors keep their detail. */
export function problemOf(error: unknown): Problem {
  if (error instanceof StorageUnavailable) return problem('storage_unavailable', { headers: { 'Retry-After': '5' } });
  const { type, status } = (typeof error === 'object' && error !== null ? error : {}) as {
    type?: unknown;
    status?: unknown;
  };
  switch (type) {
    case 'entity.too.large':
      return problem('body_too_large');
    case 'entity.parse.failed':
      return problem('malformed_body');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return problem('unsupported_media_type');
    case 'parameters.too.many':
    case 'request.aborted':
    case 'request.size.invalid':
      return problem('malformed_request');
    default:
      // Express' own error, such as a path with a broken %-escape.
      return status === 400 ? problem('malformed_request') : problem('internal');
  }
}
