import Fastify from 'fastify';
import versionGateway, { fromHeader } from 'fastify-version-gateway';
let today = '2026-06-01';
const v1 = { upstream: 'http://127.0.0.1:34553', successor: 'v2' };
const v2 = { upstream: 'http://127.0.0.1:45911' };
const app = Fastify();
await app.register(versionGateway, {
    versions: { v1, v2 },
    registry: { now: () => Date.parse(today), retireGuard: { idleDays: 14 } },
    resolve: { override: [fromHeader('x-api-version')], default: 'v2', consumer: ({ headers }) => headers['x-api-key'] }
});
await app.listen({ port: 0 });
async function show(step) {
    const { decision, problem, headers } = await app.versions.explain({ headers: { 'x-api-version': 'v1' } });
    console.log(today, `${step}:`, problem?.code ?? `${decision?.id} is ${decision?.state}`, headers.sunset ?? '(no sunset)');
}
await show('before');
// 1. Say it: Deprecation and Sunset with every answer of v1.
const deprecated = { ...v1, deprecatedAt: '2026-06-01', sunsetAt: '2026-12-31' };
app.versions.update({ versions: { v1: deprecated, v2 } });
await show('deprecated');
// 2. See who is left. Write to them.
await fetch(`${app.listeningOrigin}/orders`, { headers: { 'x-api-version': 'v1', 'x-api-key': 'acme' } });
console.log(today, 'used by:', app.versions.usage('v1').map(({ consumer }) => consumer));
// 3. A rehearsal, for those who did not read it.
app.versions.update({ versions: { v1: { ...deprecated, brownouts: [{ start: '2026-11-02', end: '2026-11-03' }] }, v2 } });
today = '2026-11-02';
await show('brownout');
// 4. The end: refused while somebody was seen in the last 14 days.
today = '2026-12-31';
app.versions.retire('v1');
await show('retired');
console.log('origin', app.listeningOrigin);
