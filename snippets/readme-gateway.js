import Fastify from 'fastify';
import versionGateway, { fromClaim, fromHeader } from 'fastify-version-gateway';
const app = Fastify({ logger: true });
await app.register(versionGateway, {
    versions: {
        latest: { upstream: 'http://127.0.0.1:34149' },
        v2: { upstream: 'http://127.0.0.1:43897' }
    },
    identity: {
        providers: [{
                name: 'tenant-idp',
                issuer: 'https://acme.frontegg.com',
                audiences: ['public-api'],
                jwks: { url: 'http://127.0.0.1:38423/jwks.json' },
                claimsToHeaders: [{ claim: 'userMetadata.version', header: 'x-target-version' }]
            }]
    },
    resolve: {
        override: [fromHeader('x-version-override')],
        pin: [fromClaim('userMetadata.version')],
        default: 'latest'
    }
});
await app.listen({ port: 0 });
