import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Setting } from '../measure/setting.ts'

/** nginx with one process. The version header selects the upstream. */
export async function nginxCommand ({ upstreams: [v1, v2] }: Setting, folder: string, port: number): Promise<string[]> {
  const config = join(folder, 'nginx.conf')
  await writeFile(config, `
daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 10000000;
  client_max_body_size 0;
  client_body_temp_path ${join(folder, 'nginx-body')};
  proxy_temp_path ${join(folder, 'nginx-proxy')};
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_request_buffering off;
  upstream v1 { server 127.0.0.1:${v1}; keepalive 128; keepalive_requests 10000000; }
  upstream v2 { server 127.0.0.1:${v2}; keepalive 128; keepalive_requests 10000000; }
  map $http_x_version_override $version { default v1; v2 v2; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://$version; }
  }
}
`)
  return ['nginx', '-c', config, '-e', 'stderr']
}
