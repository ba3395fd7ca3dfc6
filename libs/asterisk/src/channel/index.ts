/**
 * The channels that Asterisk can dial. Pure. The configuration file's schemas may import nothing else of this package.
 */
export * from './auto-answer.ts';
export * from './channel.ts';
export * from './channel-of.ts';
export * from './extension-channel.ts';
export * from './service-channel.ts';
export * from './trunk-channel.ts';
