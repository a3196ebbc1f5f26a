import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * What browsers may do with an answer. Enough for Swagger UI, whose scripts are files and whose styles are in
 * the page; downloads replace the policy by a stricter one of their own.
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** The headers that keep browsers from doing more with an answer than it is meant for, on every answer. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // Whoever ends TLS in front of the service says for how long; over plain HTTP browsers ignore it.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
    // Of no use with the policy above, and wrong where it is known at all.
    xXssProtection: false,
  });
}
