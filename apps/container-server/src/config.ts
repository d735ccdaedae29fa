import type { Config } from '@sextant/service/run/config';
import { z } from 'zod';

const milliseconds = z.coerce.number().int().min(1).max(3_600_000);

export const settings = {
  engine: z
    .string()
    .optional()
    .describe(
      'where the Docker engine is, unix:///path or tcp://host:port; else DOCKER_HOST, else unix:///var/run/docker.sock',
    ),
  engineTimeoutMs: milliseconds.default(10_000).describe('milliseconds the engine may take for an answer'),
  pullStallMs: milliseconds.default(60_000).describe('milliseconds without progress after which a pull is given up'),
  listEveryMs: milliseconds
    .default(60_000)
    .describe('milliseconds after which a watch lists the containers again, to find what it missed'),
  publishHost: z
    .union([z.ipv4(), z.ipv6()])
    .default('127.0.0.1')
    .describe('address on which ports of containers are published'),
  policy: z
    .string()
    .optional()
    .describe(
      'JSON file that says what containers may be made of; without it nothing that gives them rights on the host',
    ),
};
export type ContainerConfig = Config & z.infer<z.ZodObject<typeof settings>>;
