import { z } from 'zod';

/** Addresses of connections: single ones, or networks such as 10.1.0.0/16. */
export const IpAddresses = z
  .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an IP address or a network such as 10.1.0.0/16'))
  .min(1)
  .max(100);
