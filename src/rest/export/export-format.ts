import { applyDecorators, createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Request } from 'express';

/** Each with its media type. */
const TYPES = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** What a list can be answered as: a page in JSON, or all of it as a file. */
export type Format = keyof typeof TYPES;
export type FileFormat = Exclude<Format, 'json'>;

export const FORMATS = Object.keys(TYPES) as Format[];

/** The media type of a file. */
export const mediaTypeOf = (format: FileFormat): string =>
  format === 'csv' ? `${TYPES.csv}; charset=utf-8; header=present` : TYPES[format];

/** The member of a query that asks for a file. */
export const IsFormat = () => applyDecorators(IsIn(FORMATS), IsOptional());

/** The file that is asked for; undefined for JSON. `?format=` counts; without it what `Accept` likes best, JSON where it likes all. */
export const AskedFile = createParamDecorator((_: unknown, context: ExecutionContext) =>
  askedFile(context.switchToHttp().getRequest<Request>()),
);

export function askedFile(request: Pick<Request, 'query' | 'accepts'>): FileFormat | undefined {
  const given = request.query['format'];
  const type = given ? undefined : request.accepts(Object.values(TYPES));
  const asked = given ? FORMATS.find((format) => format === given) : FORMATS.find((format) => TYPES[format] === type);
  return asked === 'json' ? undefined : asked;
}

/** For the API document: a page, or a file with all rows. */
export const ApiPageOrFile = (page: Type) =>
  applyDecorators(
    ApiExtraModels(page),
    ApiOkResponse({
      content: {
        [TYPES.json]: { schema: { $ref: getSchemaPath(page) } },
        [TYPES.csv]: { schema: { type: 'string' } },
        [TYPES.ndjson]: { schema: { type: 'string' } },
      },
    }),
  );
