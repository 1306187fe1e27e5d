import { LRUCache } from 'lru-cache';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** By what the gateway and a server know each other over TLS: files in PEM. */
export interface TlsFiles {
  /** Authorities that are believed beside the public ones. */
  caFiles: readonly string[];
  /** The gateway's own certificate, and its key. */
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

/** A file that cannot be used. */
export class TlsFileProblem extends Error {}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** To make one with all public authorities takes 50 ms; one that is used again and again is that of all servers of a template. */
const MADE_MAX = 32;
const made = new LRUCache<string, SecureContext>({ max: MADE_MAX });

/**
 * What TLS connections are opened with, of the files as they are now; undefined where there are none, for what Node does by itself.
 * @throws TlsFileProblem that says which file cannot be used, and why
 */
export function secureContextOf({ caFiles, certFile, keyFile }: TlsFiles): SecureContext | undefined {
  if (caFiles.length === 0 && certFile === undefined) return undefined;
  const authorities = caFiles.map(certificatesIn);
  const own = certFile !== undefined && keyFile !== undefined ? ownCertificate(certFile, keyFile) : undefined;
  const key = JSON.stringify([authorities, own]);
  const known = made.get(key);
  if (known) return known;
  // A list of its own takes the place of the public authorities, so they are in it.
  const ca = authorities.length > 0 ? { ca: [...rootCertificates, ...authorities] } : {};
  const context = createSecureContext({ ...ca, ...own });
  made.set(key, context);
  return context;
}

function ownCertificate(certFile: string, keyFile: string): { cert: string; key: string } {
  const own = { cert: certificatesIn(certFile), key: textOf(keyFile) };
  try {
    createSecureContext(own);
  } catch (error) {
    throw new TlsFileProblem(`${keyFile} does not hold the key of the certificate in ${certFile}: ${(error as Error).message}`);
  }
  return own;
}

function certificatesIn(file: string): string {
  const text = textOf(file);
  const certificates = text.match(CERTIFICATES) ?? [];
  if (certificates.length === 0) throw new TlsFileProblem(`${file} holds no certificate in PEM`);
  try {
    for (const each of certificates) new X509Certificate(each); // Node passes over what it cannot read
  } catch (error) {
    throw new TlsFileProblem(`${file} holds a certificate that cannot be read: ${(error as Error).message}`);
  }
  return text;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new TlsFileProblem(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
