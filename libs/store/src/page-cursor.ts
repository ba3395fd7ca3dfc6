/**
 * Where a page of an index ended: after the `seen`-th entry of the instant `at`. If entries of that instant leave the
 * index before the next page is read, the page may skip a few others. A reader that needs every entry starts again from
 * the first page.
 */
export interface PageCursor {
  readonly at: number;
  readonly seen: number;
}
