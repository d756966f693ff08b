import t from 'tap'
import { mayCarryCredentials } from '../../lib/config/credential-headers.ts'

for (const name of [
  'Authorization', 'proxy-authorization', 'www-authenticate-token', 'Cookie', 'Set-Cookie', 'x-auth', 'X-Auth', 'x-auth-key', 'X-AuthKey', 'x-authkey', 'X-Auth-User',
  'x-oauth', 'X-OAuth2', 'x-authentication', 'x-session', 'x-session-id', 'X-SessionId', 'X-SessionID', 'x-sessionid', 'x-signature', 'X-Hub-Signature-256', 'stripe-signature',
  'x-amz-security-token', 'X-Amz-Signature', 'x-csrf-token', 'x-xsrf', 'X-Api-Key', 'x-apikey', 'X-ApiKey', 'apikey', 'X-Goog-Api-Key', 'Ocp-Apim-Subscription-Key', 'x-functions-key',
  'x-access-key', 'x-accesskey', 'x-secret', 'x-client-secret', 'x-password', 'X-Passwd', 'x-credential', 'cf-access-jwt-assertion', 'x-amzn-oidc-data', 'dpop', 'x-keys', 'x_api_key',
  'x-github-otp', 'x-hmac', 'key'
]) {
  t.test(`the header ${name} may carry credentials`, async (t) => {
    t.ok(mayCarryCredentials(name))
  })
}

for (const name of [
  'x-author', 'X-Author', 'x-authority', 'x-authored-by', 'x-monkey', 'x-turkey', 'x-keyboard', 'x-keyword', 'Sec-WebSocket-Key', 'sec-websocket-key', 'sec-websocket-accept',
  'Idempotency-Key', 'X-Idempotency-Key', 'x-cache-key', 'surrogate-key', 'x-partition-key', 'x-obsession', 'x-designature', 'user-agent', 'x-request-id', 'x-tenant', 'x-plan', 'traceparent',
  'x-forwarded-for', 'x-significant', 'keep-alive', 'x-target-version', 'x-authenticated-user'
]) {
  t.test(`the header ${name} does not carry credentials`, async (t) => {
    t.notOk(mayCarryCredentials(name))
  })
}
