const KEY = /^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/;
const ID = /^[a-z0-9][a-z0-9-]*$/;

/** @throws Error on a key that was not made by the service: nothing outside the store is reachable. */
export function checkKey(key: string): string {
  if (!KEY.test(key) || key.includes('..')) throw new Error(`'${key}' is no blob key.`);
  return key;
}

/** @throws Error on an identifier that was not made by the service. */
export function checkGrowingId(id: string): string {
  if (!ID.test(id)) throw new Error(`'${id}' is no identifier of a growing blob.`);
  return id;
}
