export * from './configured-numbers.ts';
export * from './country.ts';
export * from './invisible-characters.ts';
export * from './number-forms.ts';
export * from './number-kind.ts';
export * from './read-number.ts';
