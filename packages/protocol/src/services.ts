import { chatService } from './chat.ts';
import { containerService } from './container.ts';
import { fileService } from './file.ts';
import type { Service } from './method.ts';
import { peerService } from './peer.ts';
import { processService } from './process.ts';
import { registryService } from './registry.ts';

/** Every service of Sextant; the registry stands before the peers, who ask it for each other. */
export const SERVICES: readonly Service[] = [
  containerService,
  registryService,
  chatService,
  fileService,
  processService,
  peerService,
];
