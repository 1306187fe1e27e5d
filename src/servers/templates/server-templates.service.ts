import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { compileConfigSchema } from '../../config/template-config.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { NetworkRules } from './network-rules.js';
import { ConfigProblem } from './server-target.js';
import { templateOf, type ServerTemplate } from './server-template.js';
import { SHIPPED_TEMPLATES } from './shipped-templates.js';

type Validate = ReturnType<typeof compileConfigSchema>;

interface Entry {
  template: ServerTemplate;
  validate: Validate;
  networks: NetworkRules;
}

/** The templates that servers may be registered from: the operator's, and the shipped ones that are enabled. */
@Injectable()
export class ServerTemplates {
  private readonly entries: ReadonlyMap<string, Entry>;

  constructor(config: AppConfig) {
    this.entries = entriesOf(config);
  }

  find(name: string): ServerTemplate | undefined {
    return this.entries.get(name)?.template;
  }

  names(): string[] {
    return [...this.entries.keys()].sort();
  }

  /** @throws INVALID_INPUT for an unknown template, or a shipped one that is not enabled. */
  get(name: string): ServerTemplate {
    return this.entry(name).template;
  }

  /**
   * The config with the schema's defaults filled in.
   * @throws ConfigProblem with the path of what does not fit the template's schema.
   */
  check(name: string, config: Record<string, unknown>): Record<string, unknown> {
    const { validate } = this.entry(name);
    const checked = structuredClone(config);
    if (validate(checked)) return checked;
    throw problemOf(validate.errors![0]!);
  }

  /** Which addresses its servers may have. @throws INVALID_INPUT for an unknown template. */
  networksOf(name: string): NetworkRules {
    return this.entry(name).networks;
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    const isOff = Object.hasOwn(SHIPPED_TEMPLATES, name);
    const hint = isOff
      ? 'is not enabled: add it to servers.enabled_templates'
      : `is unknown; known are ${this.names().join(', ')}`;
    const msg = `the template "${name.slice(0, 100)}" ${hint}`;
    const detail = [{ loc: ['body', 'template_name'], msg, type: 'value_error.template' }];
    throw new TallygateError('INVALID_INPUT', msg, { detail });
  }
}

function entriesOf({ values }: AppConfig): Map<string, Entry> {
  const shipped = values.servers.enabled_templates.filter((name) => !Object.hasOwn(values.templates, name));
  const all = [...shipped.map((name) => [name, shippedOf(name)] as const), ...Object.entries(values.templates)];
  return new Map(
    all.map(([name, template]) => {
      const entry = {
        template: templateOf(name, template, values.load_balancer),
        validate: compileConfigSchema(template.config),
        networks: new NetworkRules([...values.servers.allowed_networks, ...template.allowed_networks]),
      };
      return [name, entry];
    }),
  );
}

function shippedOf(name: string) {
  if (Object.hasOwn(SHIPPED_TEMPLATES, name)) return SHIPPED_TEMPLATES[name]!();
  const known = Object.keys(SHIPPED_TEMPLATES).join(', ');
  throw new Error(`gateway.yaml: servers.enabled_templates: "${name}" is not a shipped template (${known})`);
}

function problemOf({ instancePath, keyword, params, message }: NonNullable<Validate['errors']>[number]): ConfigProblem {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keyword === 'required') return new ConfigProblem([...path, String(params['missingProperty'])], 'field required');
  if (keyword === 'additionalProperties') {
    return new ConfigProblem([...path, String(params['additionalProperty']).slice(0, 100)], 'unknown field');
  }
  return new ConfigProblem(path, message ?? 'is not valid');
}
