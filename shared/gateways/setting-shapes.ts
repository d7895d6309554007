import * as z from 'zod';

/** A host without scheme and path: outbound requests are https to it, on loopback http. */
export const hostSetting = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::\d{1,5})?$/,
    'must be a host name, such as gateway.example.com, without scheme and path',
  );

/** An id of the gateway's own, as it is. */
export const idSetting = z.string().min(1).max(128);

/** One secret in text. */
export const secretText = z.string().min(1).max(1_024);

/** A private key or certificate in PEM. */
export const pemText = z
  .string()
  .max(16_384)
  .regex(/^-----BEGIN [A-Z ]+-----\r?\n[A-Za-z0-9+/=\r\n]+-----END [A-Z ]+-----\s*$/, 'must be a key in PEM');
