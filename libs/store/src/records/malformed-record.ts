/**
 * Redis holds something other than a record at `key`. The content may be personal data, so the message does not have
 * it.
 */
export class MalformedRecord extends Error {
  override readonly name: string = 'MalformedRecord';
  readonly key: string;

  constructor(key: string, message = `Redis holds something else than a record at ${key}`) {
    super(message);
    this.key = key;
  }
}

/** The record was written by a version of Redial that is later than this one. */
export class UnknownForm extends MalformedRecord {
  override readonly name = 'UnknownForm';

  constructor(key: string, form: number) {
    super(key, `Redis holds a record at ${key} in form ${form}, which this version of Redial cannot read`);
  }
}
