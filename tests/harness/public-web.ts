// The public web in miniature: sites with names of their own on https and its one port, as applications meet them. In this
// process a name stands for a hosts file and for a certificate that the machine was told to trust; everything after
// that is TLS as ever, so clients run unmodified and check what they always check.
import type http from 'node:http';
import tls from 'node:tls';
import { createCertificate } from './certificate';
import { startTlsEnd } from './tls-proxy';

/** Running sites. */
export type PublicWeb = {
  /** Puts a site at `https://<name>`, in place of what was there. */
  serve: (name: string, listener: http.RequestListener) => void;
  /** Flags that let Chromium find the sites and nothing else, and believe their certificate. */
  chromiumFlags: string[];
  close: () => Promise<void>;
};

/**
 * Starts the web of those names; each answers 404 until {@link PublicWeb.serve} gives it a site. One at a time a process.
 * @param names DNS names, which should end in `.test` (RFC 6761 §6.2)
 */
export async function startPublicWeb(names: readonly string[]): Promise<PublicWeb> {
  const sites = new Map<string, http.RequestListener>();
  const certificate = createCertificate(names);
  const { port, close } = await startTlsEnd((request, response) => {
    const site = sites.get(request.headers.host ?? '');
    if (site === undefined) response.writeHead(404).end();
    else site(request, response);
  }, certificate);

  const connect = tls.connect;
  tls.connect = ((options: tls.ConnectionOptions, ...rest: []) => {
    const { host } = options;
    if (host === undefined || !names.includes(host)) return connect(options, ...rest);
    const here = { host: '127.0.0.1', port, servername: host, ca: certificate.cert };
    return connect({ ...options, ...here }, ...rest);
  }) as typeof tls.connect;

  return {
    serve: (name, listener) => sites.set(name, listener),
    chromiumFlags: [
      `--host-resolver-rules=${[...names.map((name) => `MAP ${name}:443 127.0.0.1:${port}`), 'MAP * ~NOTFOUND']}`,
      `--ignore-certificate-errors-spki-list=${certificate.keyFingerprint}`,
    ],
    async close() {
      tls.connect = connect;
      await close();
    },
  };
}
