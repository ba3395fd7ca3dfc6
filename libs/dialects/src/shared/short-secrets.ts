/**
 * The minimum length of the secrets that a vendor's clients log in with. A person may have chosen them; Redial's own
 * keys are longer.
 */
const secretLengthMin = 8;

/**
 * Names of the secrets that are too short: no client can log in with them. The rest of the installation works, since
 * the old password of one tenant must not stop the calls of the others. The API warns at its start, by the names of the
 * fields.
 */
export function shortSecrets(secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(secrets).filter((name) => (secrets[name] ?? '').length < secretLengthMin);
}

export const shortSecretMessage = `is shorter than ${secretLengthMin} characters and can be guessed: no client can log in with it`;
