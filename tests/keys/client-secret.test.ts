import { expect, it } from 'vitest';
import {
  createSecretVerifier,
  drawClientId,
  drawClientSecret,
  hashClientSecret,
} from '@/lib/keys/client-secret';
import { createSecretBox } from '@/lib/keys/secret-box';

const OLD = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';
const NEW = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const box = createSecretBox([OLD]);

it('draws identifiers and secrets that tell what they are, and never the same twice', () => {
  expect(drawClientId()).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(drawClientSecret()).toMatch(/^lks_[A-Za-z0-9_-]{43}$/);
  expect(drawClientId()).not.toBe(drawClientId());
  expect(drawClientSecret()).not.toBe(drawClientSecret());
});

it('recognises a secret by its hash, each of two while a rotation lasts (CLI-4)', async () => {
  const [secret, successor] = [drawClientSecret(), drawClientSecret()];
  const hashes = [hashClientSecret(box, successor), hashClientSecret(box, secret)];
  const verify = createSecretVerifier(box);
  expect(hashes.join()).not.toContain(secret);
  expect(await verify(secret, hashes)).toBe(true);
  expect(await verify(successor, hashes)).toBe(true);
});

it('takes nothing that is not the secret, letter for letter', async () => {
  const secret = drawClientSecret();
  const verify = createSecretVerifier(box);
  const hashes = [hashClientSecret(box, secret)];
  for (const wrong of [
    '',
    secret.slice(0, -1),
    `${secret}x`,
    ` ${secret}`,
    secret.toUpperCase(),
    hashes[0] ?? '',
  ]) {
    expect(await verify(wrong, hashes)).toBe(false);
  }
  expect(await verify(secret, [])).toBe(false);
  expect(await verify('', [])).toBe(false);
});

it('goes on recognising it while SECRET is being replaced', async () => {
  const secret = drawClientSecret();
  const hashes = [hashClientSecret(box, secret)];
  expect(await createSecretVerifier(createSecretBox([NEW, OLD]))(secret, hashes)).toBe(true);
  expect(await createSecretVerifier(createSecretBox([NEW]))(secret, hashes)).toBe(false);
});
