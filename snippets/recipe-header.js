import Fastify from 'fastify';
import versionGateway, { fromHeader } from 'fastify-version-gateway';
const app = Fastify();
await app.register(versionGateway, {
    versions: {
        v1: { upstream: 'http://127.0.0.1:40011' },
        v2: { upstream: 'http://127.0.0.1:46483' }
    },
    aliases: { stable: 'v2' },
    resolve: { override: [fromHeader('x-api-version')], default: 'stable' }
});
await app.listen({ port: 0 });
for (const headers of [{}, { 'x-api-version': 'V1' }, { 'x-api-version': 'stable' }, { 'x-api-version': 'v1, v2' }, { 'x-api-version': 'v9' }]) {
    const { decision, problem } = await app.versions.explain({ headers });
    console.log(headers, '->', decision?.id ?? `${problem?.status} ${problem?.code}`);
}
console.log('origin', app.listeningOrigin);
