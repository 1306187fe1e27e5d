import { NotFoundException } from '@nestjs/common';
import type { Application, NextFunction, Request, Response } from 'express';

/** What is read of Express's router. */
interface RouteLayer {
  route?: { path: string | RegExp | (string | RegExp)[]; methods: Record<string, boolean> };
  match: (path: string) => boolean;
}

/** Routes are added before the first request and never after it. */
const named = new WeakMap<Application, Map<string, string[]>>();

/**
 * `/things/list` is never thing "list": where a path is written out by a route, only such routes are meant, and another method is
 * a wrong method, not a wrong parameter of `/things/{id}`. @throws what the router throws without a route
 */
export function namedPathsFirst(request: Request, _: Response, next: NextFunction): void {
  const methods = namedPaths(request.app).get(spelt(request.path));
  if (methods && !methods.includes(request.method) && !ALWAYS.has(request.method)) throw new NotFoundException();
  next();
}

/** The router's own reading: in any case, and with a slash at the end or without. */
const spelt = (path: string): string => path.toLowerCase().replace(/(?<=.)\/$/, '');

/** Express answers these itself. */
const ALWAYS = new Set(['HEAD', 'OPTIONS']);

/** Methods of the path asked for, sorted; none where there is no such path. */
export function methodsAt({ app, path }: Request): string[] {
  return namedPaths(app).get(spelt(path)) ?? methodsOf(routes(app).filter((layer) => layer.match(path)));
}

function namedPaths(app: Application): Map<string, string[]> {
  const known = named.get(app);
  if (known) return known;
  const paths = routes(app).flatMap(({ route }) => route!.path);
  const literals = new Set(paths.filter((path): path is string => typeof path === 'string' && !/[:*{]/.test(path)));
  const byPath = [...literals].map(
    (path) => [spelt(path), methodsOf(routes(app).filter(({ route }) => route!.path === path))] as const,
  );
  const found = new Map(byPath);
  named.set(app, found);
  return found;
}

const routes = (app: Application): RouteLayer[] =>
  ((app as unknown as { router?: { stack: RouteLayer[] } }).router?.stack ?? []).filter(({ route }) => route);

const methodsOf = (layers: RouteLayer[]): string[] =>
  [...new Set(layers.flatMap(({ route }) => Object.keys(route!.methods)))].map((method) => method.toUpperCase()).sort();
