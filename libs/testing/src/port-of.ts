/** A port of which a test provides only the needed part. Any other member throws an error that names it. */
export function portOf<T extends object>(name: string, part: Partial<T>): T {
  return new Proxy(part, {
    get: (target, key) => {
      if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key);
      throw new Error(`${name}.${key} was not expected`);
    },
  }) as T;
}
