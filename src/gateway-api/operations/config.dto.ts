import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { SETTINGS_TEXT_MAX } from '../../config/sections/bounds.js';
import { BodyExample } from '../../rest/openapi/body-example.js';
import type { Origin } from '../../config/environment.js';
import type { CheckedConfig, ConfigProblem, SettingChange } from '../../config/settings/config-check.js';
import type { ShownSetting } from '../../config/settings/shown-setting.js';

/** Any JSON value. */
const ANY = [
  { type: 'string' },
  { type: 'number' },
  { type: 'boolean' },
  { type: 'array', items: {} },
  { type: 'object', additionalProperties: true },
];
const AnyValue = (description: string) => ApiProperty({ oneOf: ANY, nullable: true, description });

/** A setting of the process that answers. */
export class SettingDto implements ShownSetting {
  /** Its path in gateway.yaml. */
  @ApiProperty({ example: 'log.level' })
  name!: string;
  @AnyValue('As it was at the start, secrets masked; `${env:NAME}` where it comes from a variable; null where it is unset')
  value!: unknown;
  @AnyValue('Null where it is unset unless it is given')
  default!: unknown;
  /** Where its value comes from. */
  @ApiProperty({ enum: ['default', 'file', 'variable', 'option'] })
  origin!: Origin['origin'];
  /** Its environment variable or its option of the command line, where it is given by one. */
  given_as!: string | null;
  description!: string;
}

export class ConfigDto {
  /** The settings file, as the operator calls it; it may be absent. */
  file!: string;
  settings!: SettingDto[];
}

/** The text of a settings file. */
@BodyExample<ConfigCheckRequestDto>({ yaml: 'log:\n  level: debug\n' })
export class ConfigCheckRequestDto {
  /** In YAML, as gateway.yaml is. */
  @IsString()
  @MaxLength(SETTINGS_TEXT_MAX)
  yaml!: string;
}

export class ConfigProblemDto implements ConfigProblem {
  /** Of the text; null where it is about no line of it. */
  line!: number | null;
  message!: string;
}

/** A setting that would be another one, or an entry of a map of settings. */
export class SettingChangeDto implements SettingChange {
  @ApiProperty({ example: 'tiers.pro' })
  name!: string;
  @AnyValue('Its value now, secrets masked')
  now!: unknown;
  @AnyValue('Its value after a start with the text, secrets masked')
  then!: unknown;
}

export class ConfigCheckDto implements CheckedConfig {
  /** What would end the start; then no changes are told. */
  problems!: ConfigProblemDto[];
  changes!: SettingChangeDto[];
  /** Settings of the text with secrets, which are not compared with those in use. */
  not_compared!: string[];
  /** Settings of the text that name files, which are not opened. */
  not_opened!: string[];
}
