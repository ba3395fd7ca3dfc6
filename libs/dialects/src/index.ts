export { fieldName } from './check-fields.ts';
export * from './dialect.ts';
export * from './dialect-settings.ts';
export * from './duplicate-keys.ts';
export * from './field-error.ts';
export { tooShortMessage } from './password.ts';
export * from './problem.ts';
export * as v1 from './v1/index.ts';
export * from './vendors.ts';
