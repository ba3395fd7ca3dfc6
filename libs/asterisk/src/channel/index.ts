/** What Asterisk can be told to dial. Pure, and all of this package that the configuration file's schemas may import. */
export * from './auto-answer.ts';
export * from './channel.ts';
export * from './channel-of.ts';
export * from './extension-channel.ts';
export * from './service-channel.ts';
export * from './trunk-channel.ts';
