import Fastify from 'fastify';
import versionGateway, { fromHeader } from 'fastify-version-gateway';
const app = Fastify();
await app.register(versionGateway, {
    versions: {
        '1.4.0': { upstream: 'http://127.0.0.1:40663' },
        '2.1.0': { upstream: 'http://127.0.0.1:43393' },
        '2.2.0': { upstream: 'http://127.0.0.1:39045', state: 'preview', public: true }
    },
    registry: { format: 'semver', ranges: true },
    resolve: { override: [fromHeader('x-api-version')], default: '2.1.0' }
});
await app.listen({ port: 0 });
for (const range of ['^1.2', '2.x', '~2.1', 'v2.1', '2.2.0', '^3']) {
    const { decision, problem } = await app.versions.explain({ headers: { 'x-api-version': range } });
    console.log(range, '->', decision?.id ?? `${problem?.status} ${problem?.code}`);
}
console.log('origin', app.listeningOrigin);
