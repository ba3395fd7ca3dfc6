/** The part of asterisk-ami-client 1.1.5 that `ami-session.ts` uses. The package has no types. */
declare module 'asterisk-ami-client' {
  import type { EventEmitter } from 'node:events';
  import type { NetConnectOpts } from 'node:net';

  interface AmiConnection extends EventEmitter {
    /** A string is sent unchanged, and ended by an empty line. */
    write(message: string): boolean;
    close(): this;
  }

  class AmiClient extends EventEmitter {
    constructor(options: {
      reconnect: boolean;
      keepAlive: boolean;
      emitEventsByTypes: boolean;
      emitResponsesById: boolean;
    });
    connect(user: string, secret: string, options: NetConnectOpts & { signal?: AbortSignal }): Promise<AmiConnection>;
  }

  export = AmiClient;
}
