import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { AppConfig } from '../../config/app-config.js';
import { mayUse } from './tool-access.js';
import { jsonMembers, listingOf } from './listing.js';
import { McpList, type ListPage } from './mcp-list.js';
import type { Resource, ResourceTemplate } from '../source/resource.js';
import { TemplateWork } from '../source/template-work.js';
import { Sources, type Offer } from './sources.service.js';
import { ChangeListeners } from '../../common/concurrency/change-listeners.js';

/** A resource or template, and the source it is of. */
export type CatalogResource = Offer<Resource | ResourceTemplate>;

/** Every resource and template of every source, and who may read which. */
@Injectable()
export class ResourceCatalog implements OnModuleInit {
  private readonly changes = new ChangeListeners();
  private readonly list: McpList;
  private readonly templateList: McpList;
  private resources = new Map<string, Offer<Resource>>();
  private templates = new Map<string, Offer<ResourceTemplate>>();
  private ownTemplates: readonly Offer<ResourceTemplate>[] = [];
  private foreignTemplates: readonly Offer<ResourceTemplate>[] = [];

  constructor(
    private readonly sources: Sources,
    config: AppConfig,
  ) {
    this.list = new McpList(config.values.mcp.page_size);
    this.templateList = new McpList(config.values.mcp.page_size);
  }

  onModuleInit(): void {
    this.sources.onChange(() => this.rebuild());
    this.rebuild();
  }

  /** Called whenever one of the lists is another one. */
  onChange(listener: () => void): void {
    this.changes.add(listener);
  }

  /** The `resources` array of `resources/list`. @throws BAD_REQUEST for an unknown cursor. */
  resourcesFor(principal: Principal, cursor?: string): ListPage {
    return this.list.page(principal, cursor);
  }

  /** The `resourceTemplates` array of `resources/templates/list`. @throws BAD_REQUEST for an unknown cursor. */
  templatesFor(principal: Principal, cursor?: string): ListPage {
    return this.templateList.page(principal, cursor);
  }

  /**
   * What stands at the address, if the caller may read it: the resource itself, else a template it fits. An address that one of
   * our own sources has is never a stranger's, whoever asks for it.
   * @param work what the request may spend, where it asks for several addresses. @throws BAD_REQUEST when it has spent that.
   */
  find(uri: string, principal: Principal, work = new TemplateWork()): CatalogResource | undefined {
    const resource = this.resources.get(uri);
    const ownTemplates = this.ownTemplates.filter(({ offer }) => offer.matches(uri, work));
    const own = resource && !resource.source.isForeign ? [resource, ...ownTemplates] : ownTemplates;
    if (own.length > 0) return own.find((one) => mayRead(principal, one, uri));
    if (resource && mayRead(principal, resource, uri)) return resource;
    work.nextAddress();
    return this.foreignTemplates.find((one) => mayRead(principal, one, uri) && one.offer.matches(uri, work));
  }

  /** The template of this pattern, if the caller may use it. */
  template(uriTemplate: string, principal: Principal): ResourceTemplate | undefined {
    const found = this.templates.get(uriTemplate);
    return found && mayUse(principal, uriTemplate) ? found.offer : undefined;
  }

  private rebuild(): void {
    this.resources = this.sources.collect(
      'the URI',
      (source) => source.resources?.(),
      ({ uri }) => uri,
    );
    this.templates = this.sources.collect(
      'the URI template',
      (source) => source.resourceTemplates?.(),
      ({ uriTemplate }) => uriTemplate,
    );
    const templates = [...this.templates.values()];
    this.ownTemplates = templates.filter(({ source }) => !source.isForeign);
    this.foreignTemplates = templates.filter(({ source }) => source.isForeign);
    const changed = [this.list.replace(entriesOf(this.resources)), this.templateList.replace(entriesOf(this.templates))];
    if (changed.includes(true)) this.changes.tell();
  }
}

const mayRead = (principal: Principal, { offer }: CatalogResource, uri: string): boolean =>
  mayUse(principal, uri) || ('uriTemplate' in offer && mayUse(principal, offer.uriTemplate));

const entriesOf = (resources: Map<string, CatalogResource>) =>
  [...resources].filter(([, { offer }]) => !('isUnlisted' in offer)).map(([key, { offer }]) => ({ key, json: listing(offer) }));

function listing(resource: Resource | ResourceTemplate): string {
  const { name, title, description, mimeType, annotations, tableName, listing: given } = resource;
  const address = 'uri' in resource ? { uri: resource.uri } : { uriTemplate: resource.uriTemplate };
  const size = 'uri' in resource ? resource.size : undefined;
  const own = () => jsonMembers({ name, title, description, mimeType, size, annotations });
  return listingOf(address, given ?? own(), tableName ? { 'tallygate/table': tableName } : {});
}
