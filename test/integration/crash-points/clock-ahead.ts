/**
 * Imported before a process's own code: its clock is ahead of all others, as if it had been started that much later.
 */
const aheadMs = Number(process.env['CLOCK_AHEAD_MS']);
const now = Date.now;
Date.now = () => now() + aheadMs;
