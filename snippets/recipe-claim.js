import Fastify from 'fastify';
import versionGateway, { fromClaim } from 'fastify-version-gateway';
const app = Fastify();
await app.register(versionGateway, {
    versions: {
        v1: { upstream: 'http://127.0.0.1:33607' },
        v2: { upstream: 'http://127.0.0.1:41875' }
    },
    identity: {
        providers: [{ name: 'idp', issuer: 'https://id.acme.example', jwks: { url: 'http://127.0.0.1:36465/jwks.json' } }]
    },
    resolve: { pin: [fromClaim('api_version')], default: 'v2' }
});
await app.listen({ port: 0 });
for (const version of ['v1', undefined, 'v9']) {
    const { decision, problem } = await app.versions.explain({ claims: { sub: 'ann', api_version: version } });
    console.log(version, '->', decision?.id ?? `${problem?.status} ${problem?.code}`, decision?.source);
}
console.log('origin', app.listeningOrigin);
