/** Ids of merchants, connectors and subscriptions: they stand in paths, queue names and event ids. */
export const ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,64}$/;

export const ID_RULE = '1 to 64 of A-Z a-z 0-9 . _ ~ - (and neither "." nor "..")';
