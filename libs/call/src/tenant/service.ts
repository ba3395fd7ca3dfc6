import { z } from 'zod';
import { ServiceName } from '../call/request.ts';

/** The digits that a person dials to reach a service. */
const FeatureCode = z.string().regex(/^[0-9*#]{1,8}$/, 'a feature code: 1 to 8 of 0-9, * and #, such as *601');

const serviceKinds = ['ring_group', 'ivr', 'shortcut', 'context', 'queue', 'announcement'] as const;

/** A service of the PBX that can be a side of a call. The configuration holds how to reach it. */
export const Service = z.object({
  kind: z.enum(serviceKinds),
  name: ServiceName,
  code: FeatureCode.optional(),
});
export type Service = z.infer<typeof Service>;

/** Throws RangeError for a service that is no longer configured. */
export function serviceOf<Named extends Pick<Service, 'name'>>(
  name: string,
  { services }: { readonly services: readonly Named[] },
): Named {
  const service = services.find((s) => s.name === name);
  if (service === undefined) throw new RangeError(`there is no service ${name}`);
  return service;
}
