import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsOptional, ValidateBy, ValidateNested } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { isLogContext, LOG_CONTEXTS } from '../../common/log-contexts.js';
import { LOG_LEVELS, type LogLevel, type LogLevels } from '../../telemetry/logger.js';

const CONTEXTS_MAX = 50;

const CONTEXT = {
  description: `The \`context\` of log lines: ${LOG_CONTEXTS.join(', ')}, one of Nest's own, or \`Server <name>\``,
  example: 'Usage delivery',
};
const unknown = () => `context must be one of: ${LOG_CONTEXTS.join(', ')}, or "Server <name>"`;

export class ContextLevelDto {
  @ApiProperty(CONTEXT)
  @ValidateBy({ name: 'isLogContext', validator: { validate: isKnown, defaultMessage: unknown } })
  context!: string;

  @IsIn(LOG_LEVELS)
  level!: LogLevel;
}

/** Log levels of this process. */
@BodyExample<LogLevelsDto>({ level: 'info' })
export class LogLevelsDto {
  /** The least severe level that is written. */
  @IsIn(LOG_LEVELS)
  level!: LogLevel;

  /** Contexts with a level of their own. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(CONTEXTS_MAX)
  @ArrayUnique(({ context }: ContextLevelDto) => context)
  @Type(() => ContextLevelDto)
  @ValidateNested({ each: true })
  contexts: ContextLevelDto[] = [];

  static of({ level, contexts }: LogLevels): LogLevelsDto {
    return { level, contexts: [...contexts].map(([context, own]) => ({ context, level: own })) };
  }
}

function isKnown(context: unknown): boolean {
  return typeof context === 'string' && isLogContext(context);
}
