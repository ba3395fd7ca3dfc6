/** What is wrong with one field of a file. `message` goes on from the field's name, and shows no value. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
