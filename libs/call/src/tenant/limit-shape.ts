import { z } from 'zod';

/** How many calls may be under way at once, and how many may start in a second. It keeps Asterisk from overload. */
export const limitShape = {
  maxCalls: z.int().min(1).max(10_000),
  maxCallsPerSecond: z.number().min(0.01).max(1_000),
};
