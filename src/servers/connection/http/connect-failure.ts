import { TlsFileProblem } from '../../../common/network/tls-files.js';
import { ProxyRefusal } from './way-to-server.js';

/** Why no connection came about, in words for callers, and what operators can do. Nothing was sent. */
export interface ConnectFailure {
  reason: string;
  advice: string;
}

const NAME_CA = 'If it is yours, name the certificate of its authority in servers.ca_file or in tls.ca_file of its template.';
const NAME_CERTIFICATE = 'Name the certificate that it wants in tls.cert_file and tls.key_file of its template.';
const UNKNOWN_CA = { reason: 'has a certificate of an authority that is not known here', advice: NAME_CA };
const SELF_SIGNED = { reason: 'has a certificate that it signed itself, or its own authority did', advice: NAME_CA };
const NO_CLIENT_CERTIFICATE = { reason: 'wants a certificate of the gateway', advice: NAME_CERTIFICATE };
const REFUSED_CERTIFICATE = { reason: "refused the gateway's certificate", advice: NAME_CERTIFICATE };
const NOT_TLS = { reason: 'does not speak TLS there', advice: 'Is its URL one with http://, or of another port?' };

/** By the codes of Node and of OpenSSL. */
const FAILURES: Readonly<Record<string, ConnectFailure>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: SELF_SIGNED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  CERT_HAS_EXPIRED: { reason: 'has a certificate that has expired', advice: 'It has to be renewed on the server.' },
  CERT_NOT_YET_VALID: { reason: 'has a certificate that is not valid yet', advice: 'Compare the clocks of both machines.' },
  CERT_REVOKED: { reason: 'has a certificate that was revoked', advice: 'It has to be renewed on the server.' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'has a certificate for another host name',
    advice: 'Use a name that its certificate has, or renew that for this name.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: NO_CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: NO_CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: REFUSED_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: REFUSED_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: REFUSED_CERTIFICATE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: REFUSED_CERTIFICATE,
};

/** Of TLS and its files, and of a proxy; undefined for any other failure. */
export function connectFailureOf(error: unknown): ConnectFailure | undefined {
  if (error instanceof ProxyRefusal) {
    const advice =
      error.status === 407 ? 'HTTPS_PROXY and HTTP_PROXY hold its user and password.' : 'Ask whoever runs the proxy.';
    return { reason: `cannot be reached: ${error.message}`, advice };
  }
  if (error instanceof TlsFileProblem) {
    return { reason: 'cannot be connected to with the files of its TLS settings', advice: `${error.message}.` };
  }
  const { code = '' } = error as { code?: string };
  return Object.hasOwn(FAILURES, code) ? FAILURES[code] : undefined;
}
