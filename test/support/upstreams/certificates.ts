import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.js';

/** A certificate and its key, as files and as text. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A real authority, made with OpenSSL, and the certificates that it signs. */
export class TestAuthority {
  private readonly folder = temporaryFolder('certificates');
  readonly caFile = join(this.folder, 'ca.pem');
  private made = 0;

  constructor() {
    openssl('req', '-x509', ...KEY, '-keyout', this.keyFile, '-out', this.caFile, '-days', '2', '-subj', '/CN=Test Authority');
  }

  /** @param days how long it is valid from now on; -1: it ended yesterday */
  sign(names: string, days = 2): Certificate {
    const at = (end: string) => join(this.folder, `${this.made}.${end}`);
    this.made += 1;
    writeFileSync(at('ext'), `subjectAltName=${names}\n`);
    openssl('req', ...KEY, '-keyout', at('key'), '-out', at('csr'), '-subj', '/CN=test');
    const by = ['-CA', this.caFile, '-CAkey', this.keyFile, '-CAcreateserial', '-extfile', at('ext')];
    openssl('x509', '-req', '-in', at('csr'), ...by, '-days', String(days), '-out', at('pem'));
    return certificateAt(at('pem'), at('key'));
  }

  private get keyFile(): string {
    return join(this.folder, 'ca.key');
  }
}

const certificateAt = (certFile: string, keyFile: string): Certificate => ({
  certFile,
  keyFile,
  cert: readFileSync(certFile, 'utf8'),
  key: readFileSync(keyFile, 'utf8'),
});

function openssl(...args: string[]): void {
  const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${error?.message ?? stderr}`);
}
