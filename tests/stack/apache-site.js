// The Apache configuration of a stack: deploy/apache.conf.example or deploy/htaccess.example with
// other paths and ports, and around it what Debian's own configuration would say.

import { readFileSync } from 'node:fs';

const MODULES = '/usr/lib/apache2/modules';
const COMMON = [
  'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'alias', 'deflate', 'dir',
  'env', 'expires', 'filter', 'headers', 'http2', 'mime', 'proxy', 'proxy_http', 'proxy_wstunnel',
  'reqtimeout', 'rewrite', 'setenvif', 'socache_shmcb', 'ssl',
];
// Debian's threaded server runs plain CGI programs through a daemon (mod_cgid), its forking one
// directly (mod_cgi): both occur on shared hosts.
const OWN = {
  'apache-proxy': ['mpm_event', 'proxy_fcgi'],
  'apache-fcgid': ['mpm_event', 'fcgid'],
  'apache-cgi': ['mpm_event', 'cgid'],
  'apache-suexec': ['mpm_prefork', 'cgi', 'suexec'],
};

function replacer(file) {
  return (text, from, to) => {
    const replaced = text.replaceAll(from, to);
    if (replaced === text) throw new Error(`${file} no longer contains ${from}`);
    return replaced;
  };
}

// deploy/apache.conf.example for this machine.
export function apacheSite({ file, dir, port, www, cgiDir, socketOf, hsts }) {
  const replace = replacer(file);
  let text = readFileSync(file, 'utf8');
  if (!hsts) text = replace(text, /^ *Header always set Strict-Transport-Security .*\n/gm, '');
  text = replace(text, '<VirtualHost *:443>', `<VirtualHost *:${port}>`);
  text = replace(text, 'ServerName calls.example.com',
    'ServerName localhost\n    Include agents.conf');
  text = replace(text, '/etc/ssl/certs/calls.example.com.pem', `${dir}/cert.pem`);
  text = replace(text, '/etc/ssl/private/calls.example.com.key', `${dir}/key.pem`);
  text = replace(text, '/etc/apache2/dialpad.htpasswd', `${dir}/htpasswd`);
  text = replace(text, '/usr/share/dialpad/www', www);
  text = replace(text, '/usr/lib/dialpad/cgi-bin', cgiDir);
  return replace(text, /\/run\/dialpad\/([a-z-]+)\.sock/g, (_, program) => socketOf(program));
}

// deploy/htaccess.example for a folder on this machine. Without `configFile` the line that names it
// is left out, as under suEXEC.
export function htaccess({ file, dir, configFile }) {
  const replace = replacer(file);
  const text = replace(readFileSync(file, 'utf8'), '/home/USER/dialpad/dialpad.htpasswd',
    `${dir}/htpasswd`);
  return replace(text, /^SetEnv DIALPAD_CONFIG .*$/gm,
    configFile ? `SetEnv DIALPAD_CONFIG ${configFile}` : '');
}

// The site of a provider whose customers bring a .htaccess along.
export function sharedHost({ dir, port, www, suexec }) {
  return `<VirtualHost *:${port}>
    ServerName localhost
    Include agents.conf
    SSLEngine on
    SSLCertificateFile ${dir}/cert.pem
    SSLCertificateKeyFile ${dir}/key.pem
    ${suexec ? `SuexecUserGroup ${suexec.user} ${suexec.group}` : ''}
    DocumentRoot ${www}
    <Directory ${www}>
        AllowOverride AuthConfig FileInfo Indexes Limit Options
        Require all granted
    </Directory>
</VirtualHost>
`;
}

// Everything under /NAME/ is what stands under /, except that `session` knows who is asking: Apache
// asks itself once more, with that agent's password. The two SDKs are led to the stand-in.
export function apacheAgents({ agents, port, sandbox }) {
  const web = new URL(sandbox).host;
  const names = agents.join('|');
  return `RewriteEngine on
RewriteRule "^/(${names})$" "/$1/" [R=301,L]
RewriteRule "^/(${names})/cgi-bin/session$" - [L]
RewriteRule "^/(${names})/(.*)$" "/$2" [PT]
SSLProxyEngine on
# It asks itself, by address: a bare chroot knows no localhost.
SSLProxyCheckPeerName off
${agents.map((agent) => agentSession(agent, port)).join('')}
ProxyPass "/v1/wschannels" "http://${web}/v1/wschannels" upgrade=websocket timeout=3600
ProxyPass "/signal" "http://${web}/signal" upgrade=websocket timeout=3600
`;
}

function agentSession(agent, port) {
  const credentials = Buffer.from(`${agent}:${agent}`).toString('base64');
  return `<Location "/${agent}/cgi-bin/session">
    RequestHeader set Authorization "Basic ${credentials}"
    ProxyPass "https://127.0.0.1:${port}/cgi-bin/session" disablereuse=on
</Location>
`;
}

// What stands around the site. `user` is whom the workers run as, where Apache is started by root.
export function apacheMain({ mode, dir, port, user, env }) {
  const modules = [...COMMON, ...OWN[mode]].map((name) =>
    `LoadModule ${name}_module ${MODULES}/mod_${name}.so\n`).join('');
  const fcgid = mode !== 'apache-fcgid' ? '' : `Define DIALPAD_FCGID
FcgidIPCDir ${dir}/apache
FcgidProcessTableFile ${dir}/apache/fcgid
${Object.entries(env).map(([name, value]) => `FcgidInitialEnv ${name} "${value}"\n`).join('')}`;
  return `ServerRoot ${dir}
ServerName localhost
Listen 127.0.0.1:${port} https
PidFile ${dir}/apache/pid
DefaultRuntimeDir ${dir}/apache
Mutex file:${dir}/apache default
${modules}${user ? `User ${user.name}\nGroup ${user.group}\n` : ''}ErrorLog ${dir}/logs/apache.log
LogLevel warn
TypesConfig /etc/mime.types
KeepAlive on
StartServers 1
${mode === 'apache-cgi' ? `ScriptSock ${dir}/apache/cgid\n` : ''}${fcgid}<Directory />
    AllowOverride None
    Require all denied
</Directory>
Include site.conf
`;
}
