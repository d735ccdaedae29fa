import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from '../area.ts';
import type { Link } from '../load/link.ts';
import { freePort } from '../programs/free-port.ts';
import { startProgram } from '../programs/program.ts';
import { repeated } from './bare.ts';
import { makeData, type Data, type Sized } from './data.ts';
import { MEASURES, measureTransfers, measureTree, pump } from './load.ts';

/** Files of the tree that are asked for at a time. */
const IN_FLIGHT = 64;

/** Downloads by sendfile, uploads by its WebDAV module; one process, no log. */
export const nginx: Contender = {
  name: 'nginx',
  role: 'peer',
  needs: 'nginx',
  async run(pace) {
    await using data = await makeData(pace);
    const port = await freePort();
    await mkdir(join(data.folder, 'temporary'));
    const file = join(data.folder, 'nginx.conf');
    await writeFile(file, configuration(data, port));
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin`;
    await using server = await startProgram('nginx', ['-p', data.folder, '-c', file], { port, env: { PATH: path } });
    const [down, downShared] = await measureTransfers(server, data, get);
    const [up, upShared] = await measureTransfers(server, data, put);
    const tree = await measureTree(server, data, { inFlight: IN_FLIGHT, ask: (name) => head('GET', name) });
    return {
      [MEASURES.down]: down,
      [MEASURES.downShared]: downShared,
      [MEASURES.up]: up,
      [MEASURES.upShared]: upShared,
      [MEASURES.tree]: tree,
    };
  },
};

async function get(link: Link, { name, bytes }: Sized): Promise<void> {
  link.send(head('GET', name));
  await link.until(link.received + bytes);
}

async function put(link: Link, { bytes }: Sized, target: string): Promise<void> {
  const before = link.received;
  link.send(head('PUT', target, `Content-Length: ${bytes}\r\n`));
  await pump(link, repeated(bytes));
  await link.until(before + 1);
}

function head(verb: string, path: string, more = ''): string {
  return `${verb} /${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n`;
}

function configuration({ folder, served }: Data, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/temporary/${name};`)
    .join('\n  ');
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log /dev/null;
events {}
http {
  access_log off;
  sendfile on;
  sendfile_max_chunk 2m;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  ${temporary}
  server {
    listen 127.0.0.1:${port};
    root ${served};
    dav_methods PUT;
  }
}
`;
}
