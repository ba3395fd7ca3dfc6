import { E164Digits, type Issue, type Tenant } from '@redial/call';
import { readConfiguredNumber } from '@redial/numbering';
import { click2dialSettings } from './settings.ts';

/** The verified caller ID of a campaign, in E.164 digits; undefined: the tenant has no such campaign. */
export function campaignCallerId(campaign: string, tenant: Tenant): string | undefined {
  const { campaigns } = click2dialSettings(tenant);
  return Object.hasOwn(campaigns, campaign) ? e164Of(campaigns[campaign] ?? '', tenant).e164 : undefined;
}

/** Whether the number is the caller ID of one of the tenant's campaigns. */
export function isCampaignCallerId(e164: string, tenant: Tenant): boolean {
  return Object.values(click2dialSettings(tenant).campaigns).some((written) => e164Of(written, tenant).e164 === e164);
}

/** Campaigns whose number is none by the tenant's numbering plan. */
export function settingsIssues(tenant: Tenant): Issue[] {
  return Object.entries(click2dialSettings(tenant).campaigns).flatMap(([campaign, written]) => {
    const { fault } = e164Of(written, tenant);
    return fault === undefined ? [] : [{ path: ['campaigns', campaign], message: fault }];
  });
}

function e164Of(written: string, { numberingPlan }: Tenant): { readonly e164?: string; readonly fault?: string } {
  const { e164 = written, fault } = readConfiguredNumber(written, numberingPlan);
  if (fault !== undefined) return { fault };
  return E164Digits.safeParse(e164).success ? { e164 } : { fault: 'must be a number, such as +27711234567' };
}
