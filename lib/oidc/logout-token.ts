// Logout tokens: what a client is told, signed, when a session that it took part in has ended.
// OpenID Connect Back-Channel Logout 1.0 §2.4; RFC 8417 for the shape of events.
import type { TokenSigner } from './token-signer';

/** Seconds: it is read as it arrives, and worth nothing afterwards. @see Back-Channel Logout 1.0 §2.4 */
const LOGOUT_TOKEN_LIFETIME_SECONDS = 120;

const BACKCHANNEL_LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Issues a logout token. Its `typ` and the absence of a `nonce` keep it from being taken for an ID token, and each has a `jti`
 * of its own, so that a client which knows those it has seen takes a second try for what it is.
 * @param issue.sid of the session that ended
 */
export function issueLogoutToken(
  deps: Readonly<{
    issuer: string;
    random: Readonly<{ id(): string }>;
    signer: Pick<TokenSigner, 'sign'>;
  }>,
  issue: Readonly<{ clientId: string; sub: string; sid: string; now: Date }>,
): Promise<string> {
  const iat = Math.floor(issue.now.getTime() / 1000);
  return deps.signer.sign(
    {
      iss: deps.issuer,
      sub: issue.sub,
      aud: issue.clientId,
      iat,
      exp: iat + LOGOUT_TOKEN_LIFETIME_SECONDS,
      jti: deps.random.id(),
      sid: issue.sid,
      events: { [BACKCHANNEL_LOGOUT_EVENT]: {} },
    },
    { typ: 'logout+jwt', alg: 'RS256' },
  );
}
