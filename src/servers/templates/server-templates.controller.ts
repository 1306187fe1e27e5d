import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { ServerRegistry } from '../registry/server-registry.service.js';
import { ServerTemplateDto, ServerTemplateListDto } from './server-template.dto.js';
import { ServerTemplates } from './server-templates.service.js';

/** What servers can be registered from. */
@ApiTags('Servers')
@Controller('servers/templates')
export class ServerTemplatesController {
  constructor(
    private readonly templates: ServerTemplates,
    private readonly registry: ServerRegistry,
  ) {}

  /** The templates of the configuration and those that come with Tallygate, also ones that are not enabled. */
  @Get()
  @CallerAuthenticated('gateway:write')
  list(): ServerTemplateListDto {
    const names = this.registry.all().map(({ templateName }) => templateName);
    const count = (name: string) => names.filter((one) => one === name).length;
    return { templates: this.templates.offered().map((one) => ServerTemplateDto.of(one, count(one.name))) };
  }
}
