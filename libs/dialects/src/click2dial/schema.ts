import { z } from 'zod';

const written = 'a string or a whole number';

/**
 * The vendor's pages write `agent : <ext>`, without quotes: integrations send strings and whole numbers alike. A JSON
 * number cannot begin with 0, so its digits are complete.
 */
const Written = z.union([z.string(), z.int().nonnegative(written)], written).transform(String);

/** Letters, digits and `.-_~:`. Its length is not checked: it is cut at 230. */
const ContactRef = Written.refine((text) => /^[A-Za-z0-9._~:-]*$/.test(text), 'must be letters, digits and .-_~:');
const MaybeContactRef = z
  .union([ContactRef, z.null()], { error: () => `${written}: letters, digits and .-_~:` })
  .optional()
  .transform((text) => (text === null || text === '' ? undefined : text));

export const contactRefLengthMax = 230;

/** JSON body, form and query alike. The API reads `api_key`; it is listed here so that it is a known field. */
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
