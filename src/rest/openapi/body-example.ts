import type { Type } from '@nestjs/common';

const examples = new WeakMap<object, object>();

/**
 * The body that the documentation page sends when nobody changes it: what it does must be harmless. Without one the page makes up a value for
 * every member, optional ones too, at the largest that is allowed.
 */
export const BodyExample =
  <T extends object>(example: Partial<T>) =>
  (target: new () => T): void => {
    examples.set(target, example);
  };

/** Of a class of request bodies. */
export const exampleOf = (target: Type | undefined): object | undefined => target && examples.get(target);
