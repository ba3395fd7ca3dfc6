import { autoAnswerHeaders, canBeRungByRedial } from '@redial/asterisk/channel';
import { Extensions, hasExtension, type Issue, Name, Tenant } from '@redial/call';
import { z } from 'zod';
import { channelTemplate } from './channel-template.ts';
import { eachRepeated } from './each-repeated.ts';
import { Origin } from './origin.ts';
import { ServiceConfiguration } from './service-configuration.ts';
import { SinkConfiguration } from './sink-configuration.ts';

const longestExtension = '9'.repeat(8);

const ApiKeyConfiguration = z.strictObject({
  name: Name,
  /** SHA-256 of the key, in hex. The key itself is random and long, so a fast hash is enough. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex: 64 digits of 0-9 and a-f'),
});

/** One customer of this installation: the fields for the rules of calls, and its keys, phones and sinks. */
export const TenantConfiguration = z
  .strictObject({
    ...Tenant.shape,
    apiKeys: z.array(ApiKeyConfiguration).min(1),
    extensions: z.strictObject({
      ...Extensions.shape,
      /** AMI channel with `{extension}`. */
      channel: channelTemplate('extension', longestExtension).default('PJSIP/{extension}'),
      /** Which of the registered devices of an extension ring. */
      ring: z.enum(['first', 'all']).default('first'),
      /** Whether the PBX's own dialplan follows a phone's forward (302). */
      forwards: z.enum(['refuse', 'connect']).default('refuse'),
      autoAnswer: z
        .strictObject({
          ...Extensions.shape.autoAnswer.unwrap().shape,
          /** The header of dial1's INVITE that makes an agent's own phone answer automatically. */
          header: z.enum(autoAnswerHeaders),
        })
        .optional(),
    }),
    services: z.array(ServiceConfiguration).default([]),
    /** The origins of browser pages that may read this tenant's answers. None: no page of another site may. */
    cors: z.strictObject({ origins: z.array(Origin).max(100).default([]) }).prefault({}),
    sinks: z.array(SinkConfiguration).default([]),
  })
  .superRefine((tenant, context) => {
    for (const { path, message } of contradictionsOf(tenant))
      context.addIssue({ code: 'custom', path: [...path], message });
  });
export type TenantConfiguration = z.infer<typeof TenantConfiguration>;

/** Fields of a tenant that are valid alone and contradict each other. */
function contradictionsOf(tenant: TenantConfiguration): Issue[] {
  const issues: Issue[] = [];
  const report = (path: Issue['path'], message: string) => issues.push({ path, message });
  const { sinks, services, callerIds } = tenant;
  eachRepeated(
    sinks.map((s) => s.name),
    (i) => report(['sinks', i, 'name'], 'another sink of the tenant has this name'),
  );
  eachRepeated(
    services.map((s) => s.name),
    (i) => report(['services', i, 'name'], 'another service of the tenant has this name'),
  );
  eachRepeated(
    services.map((s) => s.code),
    (i) => report(['services', i, 'code'], 'another service of the tenant has this code'),
  );
  for (const field of extensionSettingsOf(tenant)) {
    report(
      ['extensions', field],
      "needs an extensions.channel of the form PJSIP/{extension}, with letters, digits, -, _ or # around it: Redial's own context rings the phones of a PJSIP endpoint alone",
    );
  }
  for (const extension of Object.keys(callerIds.agents)) {
    if (!hasExtension(tenant, extension))
      report(['callerIds', 'agents', extension], 'is not an extension of the tenant');
  }
  for (const extension of Object.keys(tenant.extensions.limits)) {
    if (!hasExtension(tenant, extension))
      report(['extensions', 'limits', extension], 'is not an extension of the tenant');
  }
  services.forEach((service, s) => {
    for (const { path, message } of contradictionsOfService(service, tenant)) report(['services', s, ...path], message);
  });
  return issues;
}

/** Settings that only a PJSIP endpoint's channel may have. */
function extensionSettingsOf({
  extensions: { channel, ring, forwards },
}: TenantConfiguration): ('ring' | 'forwards')[] {
  if (canBeRungByRedial(channel)) return [];
  return [...(ring === 'all' ? ['ring' as const] : []), ...(forwards === 'connect' ? ['forwards' as const] : [])];
}

/**
 * Digits of an extension or a number keep that meaning. A service with the same digits would be unreachable, or hide
 * it.
 */
function contradictionsOfService(service: ServiceConfiguration, tenant: TenantConfiguration): Issue[] {
  const issues: Issue[] = [];
  const { name, code } = service;
  if (hasExtension(tenant, name)) issues.push({ path: ['name'], message: 'is an extension of the tenant' });
  if (code !== undefined && hasExtension(tenant, code)) {
    issues.push({ path: ['code'], message: 'is an extension of the tenant' });
  }
  for (const [digit, target] of Object.entries(service.kind === 'announcement' ? (service.dtmf ?? {}) : {})) {
    const rung = tenant.services.some((other) => other.name === target && other.kind !== 'announcement');
    if (!rung && !hasExtension(tenant, target)) {
      issues.push({ path: ['dtmf', digit], message: 'is neither an extension nor a service with a phone behind it' });
    }
  }
  return issues;
}
