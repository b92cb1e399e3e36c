/**
 * A certificate for this server alone, made when it starts: ECDSA on P-256, self-signed, 370 bytes ± 2 for the signature's
 * encoding. The chain of a public authority has some thousand, which each handshake would take more.
 */

import { isIP } from 'node:net';
import { generate } from 'selfsigned';
import type { Certificate } from '../../bench/contract/transport.ts';

/** Subject alternative names (RFC 5280, section 4.2.1.6) as selfsigned numbers them. */
const TYPE = { dns: 2, ip: 7 } as const;

/** @param hosts the names and addresses that clients may use in their URLs */
export async function makeCertificate(hosts: Iterable<string>): Promise<Certificate> {
  const altNames = [...hosts].map((host) =>
    isIP(host) ? { type: TYPE.ip, ip: host } : { type: TYPE.dns, value: host },
  );
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Pushlab' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { key, cert };
}
