// Where the code for another address or number is typed, below the issuer: named in messages, so it is short and stays.
export const CHANGE_PATH = '/change';
