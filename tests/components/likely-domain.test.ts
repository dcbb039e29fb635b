// Slips of the finger that are noticed, and honest domains that are left alone.
import { describe, expect, it } from 'vitest';
import { likelyDomain } from '@/components/login/likely-domain';

describe('the domain that was probably meant', () => {
  const SLIPS = [
    ['two letters changed places', 'maria@gmial.com', 'gmail.com'],
    ['a letter too many', 'maria@gmaill.com', 'gmail.com'],
    ['a letter too few', 'maria@gmal.com', 'gmail.com'],
    ['a wrong letter', 'maria@hotmsil.com', 'hotmail.com'],
    ['an end cut short', 'maria@icloud.co', 'icloud.com'],
    ['capitals', 'Maria@GMIAL.com', 'gmail.com'],
  ] as const;
  it.each(SLIPS)('%s: %s', (_slip, address, domain) => {
    expect(likelyDomain(address)).toBe(domain);
  });

  const HONEST = [
    'maria@gmail.com',
    'maria@mail.com',
    'maria@ymail.com',
    'maria@gmx.at',
    'maria@example.com',
  ];
  it.each([...HONEST, 'maria@', 'maria', 'gmial.com', ''])('has nothing to say about %j', (address) => {
    expect(likelyDomain(address)).toBeNull();
  });
});
