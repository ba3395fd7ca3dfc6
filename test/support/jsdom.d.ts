/** The used part of jsdom, which has no types. */
declare module 'jsdom' {
  export class VirtualConsole {
    on(event: string, listener: (...said: unknown[]) => void): this;
  }
  export class JSDOM {
    constructor(
      html: string,
      options: {
        readonly url: string;
        readonly runScripts: 'dangerously';
        readonly resources: { readonly interceptors: readonly unknown[] };
        readonly virtualConsole: VirtualConsole;
      },
    );
    readonly window: { close(): void };
  }
  export function requestInterceptor(answer: (request: Request) => Response | undefined): unknown;
}
