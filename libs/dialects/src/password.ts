/** Least length of what a vendor's clients log in with. Somebody chose it, so that it can be guessed: a key that we make is longer. */
export const passwordLengthMin = 8;
export const tooShort = `must be at least ${passwordLengthMin} characters long: it can be guessed`;
