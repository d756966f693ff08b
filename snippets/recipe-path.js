import Fastify from 'fastify';
import versionGateway, { fromPath } from 'fastify-version-gateway';
const app = Fastify();
await app.register(versionGateway, {
    prefix: '/api',
    versions: {
        v1: { upstream: 'http://127.0.0.1:45199' },
        v2: { upstream: 'http://127.0.0.1:35531' }
    },
    resolve: { override: [fromPath()], default: 'v2' }
});
await app.listen({ port: 0 });
for (const url of ['/api/v1/orders', '/api/orders', '/api/v9/orders']) {
    const { decision, problem } = await app.versions.explain({ url });
    console.log(url, '->', decision?.id ?? `${problem?.status} ${problem?.code}`);
}
console.log('origin', app.listeningOrigin);
