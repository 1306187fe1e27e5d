import type { INestApplication, Type } from '@nestjs/common';
import { PARAMTYPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

/** The classes that a handler takes its request as: what validates it. */
export interface Route {
  body?: Type;
  query?: Type;
  params?: Type;
}

interface RouteArgument {
  index: number;
  /** The single member it takes; undefined: all of them, as a class. */
  data?: unknown;
}

const PLACES: Record<string, keyof Route> = {
  [RouteParamtypes.BODY]: 'body',
  [RouteParamtypes.QUERY]: 'query',
  [RouteParamtypes.PARAM]: 'params',
};

/** As Swagger names operations. */
export const operationIdOf = (controller: string, method: string): string => `${controller}_${method}`;

/** Every handler of the application, by the id of its operation. */
export function routesOf(app: INestApplication): Map<string, Route> {
  const controllers = [...app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
    [...controllers.values()].map(({ metatype }) => metatype as Type),
  );
  return new Map(
    controllers.flatMap((controller) =>
      new MetadataScanner()
        .getAllMethodNames(controller.prototype as object)
        .map((method) => [operationIdOf(controller.name, method), routeAt(controller, method)] as const),
    ),
  );
}

/** What one handler takes its request as. */
export function routeAt(controller: Type, method: string): Route {
  const types = (Reflect.getMetadata(PARAMTYPES_METADATA, controller.prototype as object, method) ?? []) as Type[];
  const taken = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, RouteArgument>;
  const route: Route = {};
  for (const [key, { index, data }] of Object.entries(taken)) {
    const place = PLACES[key.split(':')[0]!];
    if (place && data === undefined) route[place] = types[index];
  }
  return route;
}
