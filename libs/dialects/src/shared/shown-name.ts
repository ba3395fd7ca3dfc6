import { CallerName } from '@redial/call';
import { z } from 'zod';

/** Control characters, characters that change the direction of writing, and the start of a dialplan expression. */
const refused = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]|\$[{[]/u;
/** Phones cannot show these. */
const dropped =
  /(?![\u00a9\u00ae\u2122])\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u{e0020}-\u{e007f}]|\u200b|\u200c|\u200d|\u2060|\ufeff|\u00ad|\ufe0e|\ufe0f|\u20e3/gu;
/** Not a letter, a digit or a sign that a caller ID may have: a space replaces it. */
const softened = /[^\p{L}\p{M}\p{N} .'’_@+/%[\]°´“”„«»‘€£¥©®™§№ºª-]/gu;

const allowed =
  "must be a name of letters, digits, space and .'’_@+/-%[]°´“”, 80 at most; emoji and other signs are left out, ${ and control characters are refused";

/**
 * A name as a CRM keeps it → as a phone may show it: `Doe, John`, `Müller & Söhne`, `50% Off [Sales] 🎉`, or a number
 * in place of a name. Characters that a phone cannot show, or that have a meaning in a dialplan, are left out. Empty:
 * nothing is left, and no name is shown.
 */
export const ShownName = z.string().transform((written, context) => {
  const wrong = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (written.trim() === '' || refused.test(written)) return wrong(allowed);
  const shown = written
    .replaceAll(dropped, '')
    .replaceAll(softened, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .replace(/^[^\p{L}\p{N}“„«‘[]+/u, '')
    .replace(/ +$/, '');
  if (shown === '') return '';
  const name = CallerName.safeParse(shown);
  return name.success ? shown : wrong(tooLong(name.error.issues[0]));
});

function tooLong(issue: z.core.$ZodIssue | undefined): string {
  return issue?.code === 'custom' ? issue.message : allowed;
}
