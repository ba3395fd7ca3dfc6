import { jsonReply, onlyTenant, type VendorDialect, v1 } from '@redial/dialects';
import { z } from 'zod';

/** docs/how-to/add-a-dialect.md, carried out: a vendor that rings an agent and a customer by one JSON request. */
const Settings = z.strictObject({ token: z.string().min(20) });
const Ring = z.looseObject({ agent: z.string(), customer: z.string() });

export const taxi: VendorDialect = {
  name: 'taxi',
  settings: Settings,
  routes: [
    {
      method: 'post',
      path: '/taxi/ring',
      takes: 'json',
      parse: (input, context) => {
        const { agent, customer } = Ring.partial().parse(input);
        const parsed = v1.toCallRequest({ dial1: agent, dial2: customer }, context);
        if (parsed.ok) return { ok: true, calls: [parsed] };
        const errors = parsed.errors.map((error) => ({ ...error, field: words[error.field] ?? error.field }));
        return { ok: false, errors };
      },
    },
  ],
  recordings: [],
  below: ['/taxi/'],
  authentication: {
    type: 'credentials',
    authenticate: ({ header }, tenants) => {
      const tenant = onlyTenant(tenants, ({ dialects }) => {
        const settings = Settings.safeParse(dialects?.['taxi']);
        return settings.success && settings.data.token === header('x-taxi-token');
      });
      return tenant === undefined ? { ok: false, problem: { code: 'access_denied' } } : { ok: true, tenant };
    },
  },
  accepted: ([call]) => jsonReply(200, { ringing: true, ride: call?.id }),
  refused: ({ code, errors = [] }) => jsonReply(400, { ringing: false, why: errors[0]?.field ?? code }),
  documentation: {
    description: 'A taxi company rings its drivers.',
    security: { token: { type: 'apiKey', in: 'header', name: 'X-Taxi-Token' } },
    fields: Ring,
    summary: 'Ring a driver and a customer',
    example: { agent: '1001', customer: '0821234567' },
    answers: {
      'application/json': {
        schema: z.strictObject({ ringing: z.boolean(), ride: z.string() }),
        example: { ringing: true, ride: 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF' },
      },
    },
    refusal: {
      schema: z.strictObject({ ringing: z.boolean(), why: z.string() }),
      example: { ringing: false, why: 'customer' },
    },
  },
  notifications: {},
};
const words: Readonly<Record<string, string>> = { '/dial1': 'agent', '/dial2': 'customer' };
