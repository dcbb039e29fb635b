import { describe, expect, it } from 'vitest';
import { scopesToShow } from '@/lib/oidc/scopes-to-show';
import { api } from '../memory/resource-servers';

const ORDERS = api({
  name: 'Orders',
  scopes: [
    { value: 'read:orders', description: '' },
    { value: 'pay', description: 'Pay orders with your stored card' },
    { value: 'write:orders', description: ' ' },
    { value: 'read:bills', description: '' },
    { value: 'everything', description: '' },
  ],
});
const ask = (scope: string) => ({ scopes: scope.split(' '), asksAgain: false });

describe('what is shown of scopes', () => {
  it('is what they mean, in one order; who somebody is goes without saying where more is asked for', () => {
    expect(scopesToShow(ask('offline_access openid email profile'), null, [])).toEqual({
      shown: ['profile', 'email', 'offline_access'],
      api: null,
      isMore: false,
    });
    expect(scopesToShow(ask('openid'), null, []).shown).toEqual(['openid']);
    expect(scopesToShow(ask('offline_access openid'), null, []).shown).toEqual(['openid', 'offline_access']);
  });

  it('is an API’s own descriptions, and what has none by resource', () => {
    const asked = ask('openid read:orders write:orders pay read:bills everything');
    expect(scopesToShow(asked, ORDERS, [])).toMatchObject({
      shown: ['openid'],
      api: {
        name: 'Orders',
        lines: ['Pay orders with your stored card', 'everything', 'orders: read, write', 'bills: read'],
      },
    });
  });

  it('is the API itself where no scope of it is asked for', () => {
    expect(scopesToShow(ask('openid'), ORDERS, []).api).toEqual({ name: 'Orders', lines: [] });
  });

  it('is what is new, where something was allowed before', () => {
    const allowed = ['openid', 'email', 'read:orders'];
    expect(scopesToShow(ask('openid email phone'), null, allowed)).toMatchObject({
      shown: ['phone'],
      isMore: true,
    });
    expect(scopesToShow(ask('openid email phone read:orders'), ORDERS, allowed).api).toBeNull();
    expect(scopesToShow(ask('openid read:orders write:orders'), ORDERS, allowed)).toMatchObject({
      shown: [],
      api: { lines: ['orders: write'] },
      isMore: true,
    });
  });

  it('is all of it for prompt=consent, and where there is nothing new', () => {
    const allowed = ['openid', 'email'];
    expect(scopesToShow({ ...ask('openid email phone'), asksAgain: true }, null, allowed)).toMatchObject({
      shown: ['email', 'phone'],
      isMore: false,
    });
    expect(scopesToShow(ask('openid email'), null, allowed)).toMatchObject({
      shown: ['email'],
      isMore: false,
    });
  });
});
