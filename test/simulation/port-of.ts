import type { Books } from './books.ts';

/**
 * The part of a port that the world models. Any other call is a fault of the world: its model lacks a method of the
 * product.
 */
export function portOf<T extends object>(name: string, books: Pick<Books, 'violated'>, part: Partial<T>): T {
  return new Proxy(part, {
    get: (target, key) => {
      if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key);
      books.violated(`the world has no ${name}.${key}: the model is behind the product`);
      return () => Promise.reject(new Error(`${name}.${key} is not modelled`));
    },
  }) as T;
}
