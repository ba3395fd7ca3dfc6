import { type Destination, hasExtension, isDevice, type ServiceConfiguration, type Tenant } from '@redial/call';
import type { CallQuestion } from '../dialect.ts';
import type { FieldError } from '../shared/field-error.ts';
import type { DestinationType } from './schema.ts';
import type { OriginateCallSettings } from './settings.ts';

/** The vendor's own sentences: an answer adds no field name to them. */
export const unknownDestination: Readonly<Record<DestinationType, string>> = {
  user: 'Invalid User. Check if pbx user exists',
  extension: 'Invalid User. Check if pbx user exists',
  user_email: 'Invalid User. Check if pbx user exists',
  queue: 'Invalid Queue. Check if pbx queue exists',
  context: 'Invalid Context. Check if pbx context exists',
};

export interface KnownDestination {
  readonly destination: Destination;
  /** Whether it exists on the PBX, and whether a user is online. */
  readonly questions: readonly CallQuestion[];
}

/** `type` and `destination` → dial1. Questions to the PBX hold only names that the operator has configured. */
export function destinationOf(
  type: DestinationType,
  written: string,
  { users }: OriginateCallSettings,
  tenant: Tenant,
): KnownDestination | undefined {
  switch (type) {
    case 'user':
    case 'extension':
      return user(written, tenant);
    case 'user_email': {
      const email = written.toLowerCase();
      return Object.hasOwn(users, email) ? user(users[email] ?? '', tenant) : undefined;
    }
    case 'queue':
    case 'context': {
      const service = tenant.services.find(({ kind, name }) => kind === type && name === written);
      return service === undefined ? undefined : serviceOf(service, unknownDestination[type]);
    }
  }
}

function user(extension: string, tenant: Tenant): KnownDestination | undefined {
  if (!hasExtension(tenant, extension)) return undefined;
  const otherwise: FieldError = { field: 'destination', message: 'is not online' };
  // Behind a Local channel or a line to another PBX nobody knows of the phone, and only ringing it tells.
  const isKnown = isDevice(tenant.extensions.channel.replace('{extension}', extension));
  return {
    destination: { kind: 'extension', extension },
    questions: isKnown ? [{ asks: 'device_online', extension, otherwise }] : [],
  };
}

function serviceOf(service: ServiceConfiguration, message: string): KnownDestination {
  return {
    destination: { kind: 'service', service: service.name },
    questions: questionsOf(service, { field: 'destination', message }),
  };
}

/** None: its channel is no part of the PBX's dialplan, and only ringing it tells. */
function questionsOf({ kind, name, channel }: ServiceConfiguration, otherwise: FieldError): CallQuestion[] {
  if (channel === undefined) return kind === 'queue' ? [{ asks: 'queue_exists', queue: name, otherwise }] : [];
  const [, exten, context] = /^Local\/([^@]+)@([^/]+)(?:\/n)?$/.exec(channel) ?? [];
  return exten === undefined || context === undefined ? [] : [{ asks: 'context_exists', context, exten, otherwise }];
}
