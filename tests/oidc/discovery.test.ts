import { describe, expect, it } from 'vitest';
import { describeProvider } from '@/lib/oidc/discovery';

describe('the metadata document (oidcc-discovery-endpoint-verification)', () => {
  const metadata = describeProvider('https://op.test/', ['en', 'de']);

  it('names the issuer with its slash and every endpoint below it', () => {
    expect(metadata).toMatchObject({
      issuer: 'https://op.test/',
      authorization_endpoint: 'https://op.test/authorize',
      token_endpoint: 'https://op.test/oauth/token',
      userinfo_endpoint: 'https://op.test/userinfo',
      jwks_uri: 'https://op.test/.well-known/jwks.json',
      end_session_endpoint: 'https://op.test/oidc/logout',
    });
  });

  it('says that clients may end sessions, and hear of their end (oidcc-rp-initiated-logout-discovery-endpoint-verification, oidcc-backchannel-logout-discovery-endpoint-verification)', () => {
    expect(metadata).toMatchObject({
      end_session_endpoint: 'https://op.test/oidc/logout',
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });

  it('offers S256 and nothing else (PKC-5)', () => {
    expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
  });

  it('promises iss in authorization responses (STA-3)', () => {
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
  });

  it('offers the code flow and what single clients may have beside it, RS256 and public subjects, and no request objects (RED-6, RED-12)', () => {
    expect(metadata).toMatchObject({
      response_types_supported: [
        'code',
        'id_token',
        'token',
        'id_token token',
        'code id_token',
        'code token',
        'code id_token token',
      ],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      grant_types_supported: [
        'authorization_code',
        'implicit',
        'refresh_token',
        'client_credentials',
        'http://auth0.com/oauth/grant-type/passwordless/otp',
      ],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'none',
      ],
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      claims_parameter_supported: false,
    });
    expect(metadata.scopes_supported).toContain('openid');
    expect(metadata.claims_supported).toEqual(
      expect.arrayContaining(['sub', 'email', 'phone_number', 'updated_at']),
    );
    expect(metadata.ui_locales_supported).toEqual(['en', 'de']);
  });
});
