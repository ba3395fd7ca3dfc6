import { expect, it } from 'vitest';
import { withoutOtherHosts } from './own-host.ts';

it.each([
  ['<link href="https://fonts.googleapis.com/css2?family=IBM+Plex+Sans&display=swap" rel="stylesheet">\n<p>', '<p>'],
  ['<link rel="preconnect" href="//fonts.gstatic.com" crossorigin><p>', '<p>'],
  ["<link href='http://a.example/x.css' /><p>", '<p>'],
  ['<link href="static/css/main.css" rel="stylesheet"><p>', '<link href="static/css/main.css" rel="stylesheet"><p>'],
])('%s', (html, kept) => {
  expect(withoutOtherHosts(html)).toBe(kept);
});
