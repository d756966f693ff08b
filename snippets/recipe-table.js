import Fastify from 'fastify';
import versionGateway, { fromHeader, fromTenantMap } from 'fastify-version-gateway';
// Instead of this: select version, locked from tenants where id = $1 (a row without a version is no pin)
const rows = new Map([['acme', { version: 'v1', locked: true }], ['globex', { version: 'v1', locked: false }]]);
const tenants = fromTenantMap({
    key: (request) => request.identity?.claims.tenant,
    get: async (tenant) => rows.get(tenant)
});
const app = Fastify();
await app.register(versionGateway, {
    versions: {
        v1: { upstream: 'http://127.0.0.1:44379' },
        v2: { upstream: 'http://127.0.0.1:42235' }
    },
    identity: {
        providers: [{ name: 'idp', issuer: 'https://id.acme.example', jwks: { url: 'http://127.0.0.1:44577/jwks.json' } }]
    },
    resolve: { override: [fromHeader('x-api-version')], pin: [tenants], default: 'v2' }
});
await app.listen({ port: 0 });
for (const tenant of ['acme', 'globex', 'initech']) {
    const { decision, problem } = await app.versions.explain({ tenant, headers: { 'x-api-version': 'v2' } });
    console.log(tenant, 'asks for v2 ->', decision?.id ?? `${problem?.status} ${problem?.code}`);
}
console.log('a webhook for acme ->', (await app.versions.resolveFor({ tenant: 'acme' })).id);
rows.set('acme', { version: 'v2', locked: false });
tenants.invalidate('acme');
console.log('and now ->', (await app.versions.resolveFor({ tenant: 'acme' })).id);
console.log('origin', app.listeningOrigin);
