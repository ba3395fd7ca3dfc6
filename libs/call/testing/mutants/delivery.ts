import { type Mutant, mutantsOf } from './mutant.ts';

const delivery = mutantsOf('call/src/delivery/delivery.ts');

export const deliveryMutants: readonly Mutant[] = [
  // The delivery: what has arrived stays so, a try counts once, and none is forgotten.
  delivery(
    'a late failure makes a delivered CDR pending again',
    "    case 'delivered':\n      return ignore(delivery);",
    "    case 'delivered':\n      return signal.type === 'failed' ? failed(delivery, signal) : ignore(delivery);",
  ),
  delivery(
    'a delivered CDR is sent again on request',
    "    case 'delivered':\n      return ignore(delivery);",
    "    case 'delivered':\n      return stepDead(delivery, signal);",
  ),
  delivery(
    'a failure of a try that another worker has counted is counted again',
    'return signal.tries === delivery.tries ? failed(delivery, signal) : ignore(delivery);',
    'return failed(delivery, signal);',
  ),
  delivery(
    'a stalled worker puts off a delivery that another worker has tried since',
    'return signal.tries === delivery.tries ? tryAgain(delivery, signal.at, signal.afterMs) : ignore(delivery);',
    'return tryAgain(delivery, signal.at, signal.afterMs);',
  ),
  delivery(
    'a try that was put off is counted',
    '  return moved({ ...delivery, nextTryAt: at + afterMs }, [',
    '  return moved({ ...delivery, tries: delivery.tries + 1, nextTryAt: at + afterMs }, [',
  ),
  delivery(
    'a pending delivery is sent again on request, from the start of its schedule',
    "    case 'resend':\n      return ignore(delivery);",
    "    case 'resend':\n      return moved({ ...delivery, tries: 0 }, [{ type: 'enqueue' }]);",
  ),
  delivery(
    'a dead letter that is sent again keeps its tries, and dies at the first failure',
    "status: 'pending', tries: 0 }, [{ type: 'enqueue' }]",
    "status: 'pending' }, [{ type: 'enqueue' }]",
  ),
  delivery('a dead letter that is sent again has no job', "tries: 0 }, [{ type: 'enqueue' }]);", 'tries: 0 }, []);'),
  delivery(
    'a late failure wakes a dead letter',
    "    case 'failed':\n    case 'postponed':\n      return ignore(delivery);",
    "    case 'failed':\n      return failed(delivery, signal);\n    case 'postponed':\n      return ignore(delivery);",
  ),
  delivery(
    'what the receiver refuses for ever is tried again',
    "    case 'never':\n      return undefined;",
    "    case 'never':\n      return nextTryAfterMs(tries, id);",
  ),
  delivery(
    'the time that the receiver requested is not kept',
    'nextTryAfterMs(tries, id, retry.requestedMs)',
    'nextTryAfterMs(tries, id)',
  ),
  delivery(
    'a Redis sink has the schedule of a webhook',
    'return unlimitedRetryMs;',
    'return nextTryAfterMs(tries, id, unlimitedRetryMs);',
  ),
  delivery(
    'a delivered CDR keeps the time of its next try',
    "{ ...ended(delivery), status: 'delivered'",
    "{ ...delivery, status: 'delivered'",
  ),
  delivery(
    'the acceptance that comes late leaves the dead letter dead',
    "function stepDead(delivery: Delivery, signal: DeliverySignal): DeliveryStep {\n  switch (signal.type) {\n    case 'accepted':\n      return accepted(delivery, signal.at);",
    "function stepDead(delivery: Delivery, signal: DeliverySignal): DeliveryStep {\n  switch (signal.type) {\n    case 'accepted':\n      return ignore(delivery);",
  ),
];
