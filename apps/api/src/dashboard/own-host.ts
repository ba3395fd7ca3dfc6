import type { Express } from 'express';

type Render = (file: string, data: object, done: (error: unknown, html?: string) => void) => void;

/** Bull Board's page asks Google for its fonts. A browser behind a firewall would wait for them, and one that is not would tell who looks. */
export function keepToThisHost(board: Express): void {
  // Express keeps the engines that it was given by their file names' ends.
  const { engines } = board as unknown as { readonly engines: Readonly<Record<string, Render>> };
  const render = engines['.ejs'];
  if (render === undefined)
    throw new TypeError('Bull Board draws its page by other means than ejs now: look where it does');
  board.engine('ejs', (file, data, done) =>
    render(file, data, (error, html) => done(error, html === undefined ? undefined : withoutOtherHosts(html))),
  );
}

/** Without the links to style sheets and the like of other hosts. */
export function withoutOtherHosts(html: string): string {
  return html.replaceAll(/<link\b[^>]*\bhref=["'](https?:)?\/\/[^>]*>\s*/g, '');
}
