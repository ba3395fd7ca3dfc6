import type { Express } from 'express';

type Render = (file: string, data: object, done: (error: unknown, html?: string) => void) => void;

/**
 * Bull Board's page loads fonts from Google. Behind a firewall a browser would wait for them; elsewhere they would
 * disclose the user.
 */
export function keepToThisHost(board: Express): void {
  // Express keeps template engines by the extension of their files.
  const { engines } = board as unknown as { readonly engines: Readonly<Record<string, Render>> };
  const render = engines['.ejs'];
  if (render === undefined)
    throw new TypeError('Bull Board draws its page by other means than ejs now: look where it does');
  board.engine('ejs', (file, data, done) =>
    render(file, data, (error, html) => done(error, html === undefined ? undefined : withoutOtherHosts(html))),
  );
}

/** Without links to other hosts, such as style sheets. */
export function withoutOtherHosts(html: string): string {
  return html.replaceAll(/<link\b[^>]*\bhref=["'](https?:)?\/\/[^>]*>\s*/g, '');
}
