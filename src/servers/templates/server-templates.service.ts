import { Injectable } from '@nestjs/common';
import { dropNulls } from '../../common/json.js';
import { loggerFor } from '../../common/log-contexts.js';
import { AppConfig, type ConfigValues } from '../../config/app-config.js';
import { compileConfigSchema, type TemplateValues } from '../../config/template-config.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { NetworkRules } from '../../common/network/network-rules.js';
import { PackageMissing, packageFolders } from './server-packages.js';
import { ConfigProblem } from './server-target.js';
import { defaultsOf, templateOf, type ServerTemplate } from './server-template.js';
import { SHIPPED_TEMPLATES } from './shipped-templates.js';

type Validate = ReturnType<typeof compileConfigSchema>;

interface Entry {
  template: ServerTemplate;
  validate: Validate;
  networks: NetworkRules;
}

/** A template, whether or not it may be used. */
export interface OfferedTemplate {
  name: string;
  /** Absent where its program is not installed. */
  values?: Pick<TemplateValues, 'description' | 'transport' | 'config'> | undefined;
  /** Whether it comes with Tallygate, and is not the operator's own of that name. */
  isShipped: boolean;
  /** Why it cannot be used; absent where it can. */
  problem?: string;
}

/** The templates that servers may be registered from: the operator's, and the shipped ones that are enabled. */
@Injectable()
export class ServerTemplates {
  private readonly logger = loggerFor('Servers');
  private readonly entries: ReadonlyMap<string, Entry>;
  /** Shipped templates that are switched on and cannot be used: their package is not installed. */
  private readonly missing: ReadonlyMap<string, PackageMissing>;

  constructor(private readonly config: AppConfig) {
    const { templates, missing } = enabledTemplates(config.values);
    this.entries = entriesOf(templates, config.values);
    this.missing = missing;
    for (const [name, { message, command }] of missing) {
      this.logger.warn(`The template "${name}" ${message}. Run: ${command}, then restart the gateway`);
    }
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
   * The config with the schema's defaults filled in, and without what is null where the schema takes no null.
   * @throws ConfigProblem with the path of what does not fit the template's schema.
   */
  check(name: string, config: Record<string, unknown>): Record<string, unknown> {
    const { validate } = this.entry(name);
    const checked = structuredClone(config);
    if (validate(checked) || (dropNulls(validate.schema as Record<string, unknown>, checked) && validate(checked)))
      return checked;
    throw problemOf(validate.errors![0]!);
  }

  /** Which addresses its servers may have. @throws INVALID_INPUT for an unknown template. */
  networksOf(name: string): NetworkRules {
    return this.entry(name).networks;
  }

  /** The operator's templates and all shipped ones, by name. */
  offered(): OfferedTemplate[] {
    const names = [...new Set([...this.entries.keys(), ...Object.keys(SHIPPED_TEMPLATES)])].sort();
    return names.map((name) => {
      const isShipped = !Object.hasOwn(this.config.values.templates, name);
      const template = this.entries.get(name)?.template;
      if (template) return { name, values: template, isShipped };
      const shipped = this.shipped(name);
      const values = shipped instanceof PackageMissing ? undefined : shipped;
      return { name, values, isShipped, problem: this.reasonWithout(name) };
    });
  }

  private shipped(name: string): TemplateValues | PackageMissing {
    return shippedTemplate(name, packageFolders(this.config.values.data_dir));
  }

  /** Of a shipped one that is not enabled: all of them at once, since each is followed by a restart. */
  private stepsTo(name: string): string {
    const enable = 'is not enabled: add it to servers.enabled_templates (GATEWAY_TEMPLATES) and restart the gateway';
    const shipped = this.shipped(name);
    return shipped instanceof PackageMissing ? `${enable}. It ${shipped.message}. ${shipped.advice}` : enable;
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    const msg = `the template "${name.slice(0, 100)}" ${this.reasonWithout(name)}`;
    const detail = [{ loc: ['body', 'template_name'], msg, type: 'value_error.template' }];
    throw new TallygateError('INVALID_INPUT', msg, { detail });
  }

  private reasonWithout(name: string): string {
    const missing = this.missing.get(name);
    if (missing) return `${missing.message}. ${missing.advice}`;
    if (Object.hasOwn(SHIPPED_TEMPLATES, name)) return this.stepsTo(name);
    return `is unknown; known are ${this.names().join(', ')}`;
  }
}

/** The operator's templates and the shipped ones that are switched on, and of these the ones without their package. */
export function enabledTemplates({ servers, templates: own, data_dir }: ConfigValues) {
  const folders = packageFolders(data_dir);
  const templates = new Map<string, TemplateValues>();
  const missing = new Map<string, PackageMissing>();
  for (const name of servers.enabled_templates.filter((name) => !Object.hasOwn(own, name))) {
    const shipped = shippedTemplate(name, folders);
    if (shipped instanceof PackageMissing) missing.set(name, shipped);
    else templates.set(name, shipped);
  }
  for (const [name, template] of Object.entries(own)) templates.set(name, template);
  return { templates, missing };
}

function shippedTemplate(name: string, folders: readonly string[]): TemplateValues | PackageMissing {
  try {
    return SHIPPED_TEMPLATES[name]!(folders);
  } catch (error) {
    if (error instanceof PackageMissing) return error;
    throw error;
  }
}

/** Which addresses the servers of a template may have; what is refused names the settings that allow more. */
export function networkRulesOf(
  { servers, templates }: Pick<ConfigValues, 'servers' | 'templates'>,
  { name, allowed_networks }: Pick<ServerTemplate, 'name' | 'allowed_networks'>,
): NetworkRules {
  const own = Object.hasOwn(templates, name) ? ` or templates.${name}.allowed_networks` : '';
  return new NetworkRules([...servers.allowed_networks, ...allowed_networks], `servers.allowed_networks${own}`);
}

function entriesOf(templates: ReadonlyMap<string, TemplateValues>, values: ConfigValues): Map<string, Entry> {
  return new Map(
    [...templates].map(([name, template]) => {
      const entry = {
        template: templateOf(name, template, defaultsOf(values)),
        validate: compileConfigSchema(template.config),
        networks: networkRulesOf(values, { ...template, name }),
      };
      return [name, entry];
    }),
  );
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
