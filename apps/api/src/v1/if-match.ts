import { etagOf } from './handler.ts';

/** RFC 9110 §13.1.1: any of the listed tags, compared strongly (a weak tag never matches), or `*`. */
export function matches(ifMatch: string, version: number): boolean {
  return ifMatch.split(',').some((tag) => ['*', etagOf(version)].includes(tag.trim()));
}
