/** Least length of what a vendor's clients log in with. Somebody chose it, so that it can be guessed: a key that we make is longer. */
const passwordLengthMin = 8;

/**
 * Nobody can log in with a password or key that is shorter. The rest of the installation works: one tenant's old password is no reason to
 * stop everybody's calls. The API says so at its start, by the names of the fields.
 */
export function tooShort(secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(secrets).filter((name) => (secrets[name] ?? '').length < passwordLengthMin);
}

export const tooShortMessage = `is shorter than ${passwordLengthMin} characters and can be guessed: nobody can log in with it`;
