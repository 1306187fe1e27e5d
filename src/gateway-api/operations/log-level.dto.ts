import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { LOG_LEVELS, type LogLevel, type LogLevels } from '../../telemetry/logger.js';

const CONTEXTS_MAX = 50;
const NAME_MAX = 64;

export class ContextLevelDto {
  /**
   * Who speaks, as `context` in log lines
   * @example Usage delivery
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_MAX)
  context!: string;

  @IsIn(LOG_LEVELS)
  level!: LogLevel;
}

/** Log levels of this process. */
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
