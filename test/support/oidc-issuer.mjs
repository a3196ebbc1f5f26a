/**
 * An OpenID Connect issuer (oidc-provider) on a free port, whose URL it prints. Clients get JWT access tokens
 * by their credentials: `POST /token` with the claims that they are to have, as JSON, for the scope.
 */
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const AUDIENCES = ['filemill', 'another-service'];
const server = createServer().listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const claims = JSON.parse(process.argv[2]);
  const provider = new Provider(issuer, {
    clients: Object.keys(claims).map((client_id) => ({
      client_id,
      client_secret: 'secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    extraTokenClaims: (_, { clientId }) => ({ sub: clientId, ...claims[clientId] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: '',
          audience: AUDIENCES.find((name) => resource === `urn:${name}`),
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  console.log(`issuer at ${issuer}`);
});
