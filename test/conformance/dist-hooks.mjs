// The fixture is written against `src/`; inside a running gateway it must share the classes of `dist/`.
export function resolve(specifier, context, next) {
  const isOwn = specifier.startsWith('../../src/') && context.parentURL?.includes('/test/conformance/');
  return next(isOwn ? specifier.replace('../../src/', '../../dist/') : specifier, context);
}
