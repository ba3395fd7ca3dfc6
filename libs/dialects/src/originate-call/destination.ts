import { type Destination, hasExtension, type Tenant } from '@redial/call';
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
      if (service === undefined) return undefined;
      const errorIfNo: FieldError = { field: 'destination', message: unknownDestination[type] };
      return {
        destination: { kind: 'service', service: service.name },
        questions: [{ type: 'service_exists', service: service.name, errorIfNo }],
      };
    }
  }
}

function user(extension: string, tenant: Tenant): KnownDestination | undefined {
  if (!hasExtension(tenant, extension)) return undefined;
  const errorIfNo: FieldError = { field: 'destination', message: 'is not online' };
  return {
    destination: { kind: 'extension', extension },
    questions: [{ type: 'device_online', extension, errorIfNo }],
  };
}
