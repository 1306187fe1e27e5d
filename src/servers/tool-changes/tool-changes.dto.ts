import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsNotEmpty, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { BodyExample } from '../../rest/openapi/body-example.js';
import { mayBeRounded } from '../../common/json-rpc/message-texts.js';
import { maskValues } from '../../common/secrets/mask-values.js';
import { PRINTABLE } from '../../rest/dto-fields.js';
import { NULL_TAKES_BACK } from '../../rest/validated-fields.js';
import { ServerParams } from '../server.dto.js';
import { TOOL_NAME_MAX_CHARS } from '../registry/tool-name.js';
import type { ShownChange } from './tool-changes.service.js';

const OWN_NAME_MAX = 200;
const TITLE_MAX = 200;
const DESCRIPTION_MAX = 10_000;
const NAME_WORDS = { message: '$property must have only letters, digits, "_" and "-"' };

export class ServerToolParams extends ServerParams {
  /** The server's own name of the tool, without a prefix. */
  @MaxLength(OWN_NAME_MAX)
  @IsString()
  tool!: string;
}

/** Changes of a tool. Members that are left out stay as they are; null takes a change back. */
@BodyExample<EditToolDto>({ enabled: true })
export class EditToolDto {
  /** Whether callers have it. One that is switched off is neither listed nor called. */
  @IsBoolean()
  @IsOptional(NULL_TAKES_BACK)
  enabled?: boolean | null;

  /**
   * What callers call it, behind the pool's name: letters, digits, `_` and `-`, with the prefix at most 64.
   * @example search
   */
  @Matches(/^[0-9A-Za-z_-]*$/, NAME_WORDS)
  @MaxLength(TOOL_NAME_MAX_CHARS)
  @IsNotEmpty()
  @IsString()
  @IsOptional(NULL_TAKES_BACK)
  name?: string | null;

  /** In place of the server's. */
  @Matches(PRINTABLE, { message: '$property must not have control characters' })
  @MaxLength(TITLE_MAX)
  @IsNotEmpty()
  @IsString()
  @IsOptional(NULL_TAKES_BACK)
  title?: string | null;

  /** In place of the server's. */
  @MaxLength(DESCRIPTION_MAX)
  @IsString()
  @IsOptional(NULL_TAKES_BACK)
  description?: string | null;

  /**
   * Arguments that are the same in every call: callers neither see nor send them. `{"tenant": {"value": 7}}` fixes one, null frees it;
   * those that are not named stay.
   */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['value'],
      properties: { value: {} },
      additionalProperties: false,
      nullable: true,
    },
    example: { tenant: { value: 7 } },
  })
  @IsObject()
  @IsOptional(NULL_TAKES_BACK)
  arguments?: Record<string, unknown> | null;
}

/** What is changed of a tool; what is absent is the server's own. */
export class ToolChangesDto {
  /** False where it is switched off. */
  enabled?: boolean;
  /** What callers call it, behind the pool's name. */
  name?: string;
  title?: string;
  description?: string;
  /** Each with its `value`, for callers with `gateway:write` only; masked where it looks like a secret. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object', properties: { value: {} } },
    example: { tenant: { value: 7 } },
  })
  arguments?: Record<string, { value?: unknown }>;
  /** Fixed arguments that the tool's schema does not name now; the server gets them all the same. */
  unknown_arguments?: string[];
  /** Why it cannot be called; absent where it can. */
  problem?: string;

  /** @param mayConfigure Whether the caller may see values. */
  static of({ enabled, name, title, description, fixed, problem, unknown }: ShownChange, mayConfigure: boolean): ToolChangesDto {
    return {
      ...(!enabled && { enabled }),
      ...(name !== undefined && { name }),
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(fixed.size > 0 && { arguments: shownArguments(fixed, mayConfigure) }),
      ...(unknown.length > 0 && { unknown_arguments: unknown }),
      ...(problem !== undefined && { problem }),
    };
  }
}

function shownArguments(fixed: ShownChange['fixed'], mayConfigure: boolean): NonNullable<ToolChangesDto['arguments']> {
  const values = maskValues(Object.fromEntries([...fixed].map(([name, constant]) => [name, readable(constant)])));
  return Object.fromEntries([...fixed.keys()].map((name) => [name, mayConfigure ? { value: values[name] } : {}]));
}

/** A number that JavaScript would round is shown as a text. */
function readable(constant: string): unknown {
  const value = JSON.parse(constant) as unknown;
  return mayBeRounded(value) ? constant : value;
}
