import { z } from 'zod';

const written = 'a string or a whole number';

/**
 * What the vendor's pages write as `agent : <ext>`, without quotes: integrations send strings and whole numbers alike. A number
 * cannot begin with 0, so nothing is lost in reading it as its digits.
 */
const Written = z.union([z.string(), z.int().nonnegative(written)], written).transform(String);

/** Letters, digits and `.-_~:`. How long it may be is no matter: it is cut at 230. */
const ContactRef = Written.refine((text) => /^[A-Za-z0-9._~:-]*$/.test(text), 'must be letters, digits and .-_~:');
const MaybeContactRef = z
  .union([ContactRef, z.null()], { error: () => `${written}: letters, digits and .-_~:` })
  .optional()
  .transform((text) => (text === null || text === '' ? undefined : text));

export const contactRefLengthMax = 230;

/** JSON body, form and query alike. `api_key` is the API's business; it is listed so that it is no unknown field. */
export const Click2dialCall = z.strictObject({
  agent: Written,
  callee: Written,
  outbound_id: Written,
  contact_ref: MaybeContactRef,
  /** Before v3.0.0. */
  call_ref: MaybeContactRef,
  api_key: z.string().optional(),
});
export type Click2dialCall = z.infer<typeof Click2dialCall>;
