import { createLogger } from '../src/observability/logger.ts';

/**
 * A process that the logger specification starts. It logs what it receives, and replies with the lines that it has lost
 * so far.
 */
let lost = 0;
const logger = createLogger({
  process: 'fixture',
  level: 'info',
  onLost: () => {
    lost += 1;
  },
});
process.on('message', ({ lines, text }: { readonly lines: number; readonly text: string }) => {
  for (let n = 0; n < lines; n++) logger.info({ n }, text);
  process.send?.({ lost });
});
process.send?.('ready');
