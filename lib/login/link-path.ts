// Where somebody who is signed in adds another address or number, below the issuer: applications lead there, so it stays.
export const LINK_IDENTITY_PATH = '/link';
