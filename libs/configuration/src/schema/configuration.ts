import { namesThereAre } from '@redial/call';
import { z } from 'zod';
import { eachRepeated } from './each-repeated.ts';
import { PbxConfiguration } from './pbx-configuration.ts';
import { TenantConfiguration } from './tenant-configuration.ts';
import { TrunkConfiguration } from './trunk-configuration.ts';

/** The whole YAML file. Here are the rules between its parts; each part's own rules are in its own file. */
export const Configuration = z
  .strictObject({
    pbxs: z.array(PbxConfiguration).min(1),
    trunks: z.array(TrunkConfiguration).default([]),
    tenants: z.array(TenantConfiguration).min(1),
  })
  .superRefine(({ pbxs, trunks, tenants }, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    eachRepeated(
      pbxs.map((p) => p.name),
      (i) => issue(['pbxs', i, 'name'], 'another PBX has this name'),
    );
    eachRepeated(
      trunks.map((t) => t.name),
      (i) => issue(['trunks', i, 'name'], 'another trunk has this name'),
    );
    eachRepeated(
      tenants.map((t) => t.id),
      (i) => issue(['tenants', i, 'id'], 'another tenant has this id'),
    );
    trunks.forEach((trunk, t) => {
      trunk.pbxs?.forEach((name, p) => {
        if (!pbxs.some((pbx) => pbx.name === name))
          issue(['trunks', t, 'pbxs', p], `is not a PBX of this file${namesThereAre(pbxs.map((pbx) => pbx.name))}`);
      });
    });
    tenants.forEach((tenant, t) => {
      tenant.trunks.forEach((name, i) => {
        if (!trunks.some((trunk) => trunk.name === name))
          issue(
            ['tenants', t, 'trunks', i],
            `is not a trunk of this file${namesThereAre(trunks.map((trunk) => trunk.name))}`,
          );
      });
    });
    const keys = tenants.flatMap(({ apiKeys }, t) => apiKeys.map(({ sha256 }, k) => ({ sha256, t, k })));
    eachRepeated(
      keys.map(({ sha256 }) => sha256),
      (i) => {
        const { t, k } = keys[i] as (typeof keys)[number];
        issue(['tenants', t, 'apiKeys', k, 'sha256'], 'another key has this hash');
      },
    );
  });
export type Configuration = z.infer<typeof Configuration>;
