import type { NextFunction, Request, Response } from 'express';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The large ones of what `@nestjs/swagger` serves: 2 MB. */
const NAMES = new Set(['/swagger-ui-bundle.js', '/swagger-ui-standalone-preset.js', '/swagger-ui.css']);

const coded = promisify(gzip);

/**
 * Swagger UI's files, below the path it is mounted at, for who takes gzip. They are coded once, when somebody asks first: whoever asks
 * again and again, which needs no credential, costs no more than before.
 */
export function docsFiles(): (request: Request, response: Response, next: NextFunction) => void {
  const folder = swaggerFolder();
  const files = new Map<string, Promise<Buffer>>();
  const fileOf = (name: string) =>
    files.get(name) ??
    remember(
      files,
      name,
      readFile(join(folder, name)).then((bytes) => coded(bytes)),
    );
  return (request, response, next) => {
    const { path, method } = request;
    if (!NAMES.has(path) || method !== 'GET') return next();
    response.vary('Accept-Encoding');
    if (!request.acceptsEncodings('gzip')) return next();
    fileOf(path).then((bytes) => response.type(extname(path)).set('Content-Encoding', 'gzip').send(bytes), next);
  };
}

/** That of the version that `@nestjs/swagger` brings. */
function swaggerFolder(): string {
  const swagger = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'));
  return dirname(swagger.resolve('swagger-ui-dist/package.json'));
}

function remember<Value>(values: Map<string, Promise<Value>>, name: string, value: Promise<Value>): Promise<Value> {
  values.set(name, value);
  value.catch(() => values.delete(name));
  return value;
}
