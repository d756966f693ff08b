import Fastify from 'fastify';
import versionGateway, { fromHeader } from 'fastify-version-gateway';
const app = Fastify();
await app.register(versionGateway, {
    versions: {
        '2025-03-01': { upstream: 'http://127.0.0.1:36395' },
        '2026-02-15': { upstream: 'http://127.0.0.1:39963' }
    },
    registry: { format: 'date', dateMatch: 'floor' },
    resolve: { override: [fromHeader('acme-version')], default: '2025-03-01' }
});
await app.listen({ port: 0 });
for (const date of ['2025-03-01', '2025-12-24', '2026-06-30', '2024-01-01', '2026-02-30']) {
    const { decision, problem } = await app.versions.explain({ headers: { 'acme-version': date } });
    console.log(date, '->', decision?.id ?? `${problem?.status} ${problem?.code}`);
}
console.log('origin', app.listeningOrigin);
