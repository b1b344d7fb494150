// The nginx configuration of a stack: nginx.conf.example with other paths and ports, and with one
// file more, which gives each agent an address and leads the two SDKs to the stand-in.

import { readFileSync } from 'node:fs';

function replace(text, from, to) {
  if (!text.match(from)) throw new Error(`nginx.conf.example no longer contains ${from}`);
  return text.replaceAll(from, to);
}

// The programs that the example names, which are all that there are.
export function programsOf(example) {
  return [...example.matchAll(/^upstream dialpad-([a-z-]+) /gm)].map((match) => match[1]);
}

// The headers that it gives every answer, {name: value}, which those of Apache do as well.
export function headersOf(example) {
  return Object.fromEntries([...example.matchAll(/^ {4}add_header (\S+) "(.*)" always;/gm)]
    .map(([, name, value]) => [name.toLowerCase(), value]));
}

// `socketsOf(program)` lists the sockets that serve it: one for each set of processes. A benchmark
// may raise the number of requests that one agent may make. Without `hsts` a browser may go on to
// ask other servers of this machine by plain HTTP. `flexOrigins`: as in DIALPAD_FLEX_ORIGINS.
export function siteConfig({
  exampleFile, www, buildDir, dir, port, ipv6, socketsOf, requestsPerSecond, hsts,
  flexOrigins,
}) {
  let text = readFileSync(exampleFile, 'utf8');
  if (requestsPerSecond) text = replace(text, 'rate=20r/s', `rate=${requestsPerSecond}r/s`);
  // A benchmark's agents all have this machine's address.
  if (requestsPerSecond > 20) {
    text = replace(text, 'rate=300r/s', `rate=${requestsPerSecond}r/s`);
  }
  if (flexOrigins) {
    text = replace(text, /^( *)#"https:\/\/flex\.twilio\.com" (\$http_origin;)$/gm,
      (_, indent, value) => flexOrigins.split(' ').map((origin) => `${indent}"${origin}" ${value}`)
        .join('\n'));
  }
  if (!hsts) text = replace(text, /^ *add_header Strict-Transport-Security .*\n/gm, '');
  text = replace(text, /(?<=^upstream .*)server unix:\/run\/dialpad\/([a-z-]+)\.sock/gm,
    (_, program) => socketsOf(program).map((socket) => `server unix:${socket}`)
      .join(' max_fails=0; '));
  text = replace(text, 'listen 443', `listen 127.0.0.1:${port}`);
  text = replace(text, /^ *listen \[::\]:443 (.*)\n/gm,
    (_, rest) => (ipv6 ? `    listen [::1]:${port} ${rest}\n` : ''));
  text = replace(text, /server_name calls.example.com;.*/g,
    'server_name localhost;\n    include agents.conf;');
  text = replace(text, '/etc/ssl/certs/calls.example.com.pem', `${dir}/cert.pem`);
  text = replace(text, '/etc/ssl/private/calls.example.com.key', `${dir}/key.pem`);
  text = replace(text, '/etc/nginx/dialpad.htpasswd', `${dir}/htpasswd`);
  text = replace(text, '/usr/share/dialpad/www', www);
  return replace(text, '/usr/lib/dialpad', buildDir);
}

// Everything under /NAME/ is what stands under /, except that `session` knows who is asking.
function agentLocations(agent, buildDir) {
  return `
location = /${agent} {
    return 301 /${agent}/;
}
location /${agent}/ {
    rewrite ^/${agent}/(.*)$ /$1 last;
}
location = /${agent}/cgi-bin/session {
    fastcgi_param REMOTE_USER "${agent}";
    fastcgi_param AUTH_TYPE Basic;
    fastcgi_param HTTP_PROXY "";
    fastcgi_param SCRIPT_FILENAME ${buildDir}/cgi-bin/session;
    include fastcgi_params;
    fastcgi_pass dialpad-session;
}
`;
}

export function agentsConfig({ agents, buildDir, sandbox }) {
  const toSandbox = `
    proxy_pass ${sandbox};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_read_timeout 1h;
    client_max_body_size 1m;`;
  return `location = /v1/wschannels {${toSandbox}\n}\nlocation = /signal {${toSandbox}\n}\n`
    + agents.map((agent) => agentLocations(agent, buildDir)).join('');
}

// What stands around the site. Workers run as whoever runs the stack: root would otherwise hand
// them to a user who may not enter the stack's folder.
export function mainConfig({ dir, user }) {
  return `${user ? `user ${user.name} ${user.group};\n` : ''}daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log stderr warn;
events {
    worker_connections 1024;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log ${dir}/logs/access.log;
    client_body_temp_path ${dir}/nginx/body;
    fastcgi_temp_path ${dir}/nginx/fastcgi;
    proxy_temp_path ${dir}/nginx/proxy;
    uwsgi_temp_path ${dir}/nginx/uwsgi;
    scgi_temp_path ${dir}/nginx/scgi;
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }
    include site.conf;
}
`;
}
