// An authorization code on its way, on a real store: how long it lives, and what becomes of it when the account or the client goes
// away between the two steps. No house-keeping runs here: what is over is refused where it is used.
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PKCE } from '@/tests/harness/public-client';
import { type ApplicationDesk, openApplicationDesk, refusal } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterAll(() => desk?.close());

const INVALID = [400, 'invalid_grant', 'Invalid authorization code'];

/** Asks silently, with the session of a browser. */
async function ask(cookie: string, more: Record<string, string> = {}): Promise<URLSearchParams> {
  const query = new URLSearchParams({
    client_id: 'web',
    redirect_uri: 'https://rp.test/cb',
    response_type: 'code',
    scope: 'openid email',
    prompt: 'none',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    ...more,
  });
  const response = await desk.send(`/authorize?${query}`, { headers: { Cookie: cookie } });
  return new URL(response.headers.get('location') ?? '').searchParams;
}

describe('a code', () => {
  it.each([
    [59, 200],
    [61, 400],
  ])('COD-5: after %i seconds is answered %i, though its row is there', async (seconds, status) => {
    const { cookie } = await desk.press();
    const code = (await ask(cookie)).get('code') ?? '';
    desk.stage.pass(seconds);
    expect((await desk.redeem(code)).status).toBe(status);
    expect(await desk.stage.prisma.authorizationCode.count()).toBe(2);
  });

  it('COD-5: that is too old gives nothing away: it is refused as one that never was', async () => {
    const { authorizationCode } = await desk.press();
    desk.stage.pass(61);
    const [old, never] = [
      await refusal(await desk.redeem(authorizationCode)),
      await refusal(await desk.redeem('x')),
    ];
    expect([old, never]).toEqual([INVALID, INVALID]);
  });

  it('COD-9: gets nothing once the account is blocked, nor does the session of its browser', async () => {
    const { cookie, authorizationCode } = await desk.press();
    const another = (await ask(cookie)).get('code') ?? '';
    const tokens = await (await desk.redeem(another)).json();
    const account = await desk.stage.prisma.account.findFirst();
    await desk.stage.block(account?.id ?? '');
    expect(await refusal(await desk.redeem(authorizationCode))).toEqual(INVALID);
    expect(Object.fromEntries(await ask(cookie))).toMatchObject({ error: 'login_required' });
    const userinfo = { headers: { Authorization: `Bearer ${tokens.access_token}` } };
    expect((await desk.send('/userinfo', userinfo)).status).toBe(401);
  });

  it('COD-9: gets nothing once its client is gone, whatever a process still remembers of it', async () => {
    const { cookie, authorizationCode } = await desk.press();
    await desk.stage.prisma.client.delete({ where: { clientId: 'web' } });
    expect(await refusal(await desk.redeem(authorizationCode))).toEqual(INVALID);
    expect((await ask(cookie)).has('code')).toBe(false);
  });

  it('COD-9: of a client that nobody remembers is nobody’s', async () => {
    const { authorizationCode } = await desk.press();
    const answer = await desk.redeem(authorizationCode, { client_id: 'gone' });
    expect(await refusal(answer)).toEqual([401, 'invalid_client', expect.any(String)]);
  });
});

it('OTP-18: no level is promised, whichever is asked for: one code by mail is one factor', async () => {
  const { cookie } = await desk.press();
  const level = { id_token: { acr: { essential: true, value: 'urn:two-factors' } } };
  const code = await ask(cookie, { acr_values: 'urn:two-factors', claims: JSON.stringify(level) });
  const { id_token } = await (await desk.redeem(code.get('code') ?? '')).json();
  const discovery = await (await desk.send('/.well-known/openid-configuration', {})).json();
  for (const claim of ['acr', 'amr']) {
    expect(decodeJwt(id_token)).not.toHaveProperty(claim);
    expect(discovery.claims_supported).not.toContain(claim);
  }
  expect(discovery).not.toHaveProperty('acr_values_supported');
});
