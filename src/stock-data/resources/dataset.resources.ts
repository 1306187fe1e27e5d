import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../tools/source/call-context.js';
import type { Resource, ResourceResult, ResourceTemplate } from '../../tools/source/resource.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { UriTemplate } from '../../tools/source/uri-template.js';
import { CoverageRepository } from '../datasets/coverage.repository.js';
import { DataVersions } from '../datasets/data-versions.service.js';
import type { Dataset } from '../datasets/dataset.js';
import { DATASETS, datasetNamed } from '../datasets/datasets.js';
import { ResultCache } from '../queries/result-cache.js';
import { DescribeDatasetTool } from '../tools/describe-dataset.tool.js';
import { jsonResource } from './json-resource.js';

const SAMPLE_ROWS = 5;
const ADDRESS = new UriTemplate('dataset://{name}');

/** `dataset://{name}`: the description of a dataset, with sample rows. */
@Injectable()
export class DatasetResources {
  readonly template: ResourceTemplate = {
    uriTemplate: ADDRESS.text,
    name: 'dataset',
    title: 'Dataset',
    description: 'Columns, units, source and coverage of a dataset, with a few of its rows.',
    mimeType: 'application/json',
    tableName: '',
    matches: (uri) => ADDRESS.valueIn(uri) !== undefined,
    read: (uri, context) => this.read(uri, context),
    complete: async (_, typed) => ({ values: this.namesBeginningWith(typed) }),
  };

  constructor(
    private readonly versions: DataVersions,
    private readonly cache: ResultCache,
    private readonly describe: DescribeDatasetTool,
    private readonly coverage: CoverageRepository,
  ) {}

  /** One for each dataset that has rows. */
  all(): readonly Resource[] {
    return this.filled().map(({ table, title, description }) => ({
      uri: ADDRESS.with(table),
      name: table,
      title,
      description: `${description} Columns, units, source and coverage, with a few rows.`,
      mimeType: 'application/json',
      tableName: table,
      read: (uri, context) => this.read(uri, context),
    }));
  }

  namesBeginningWith(typed: string): string[] {
    return this.filled()
      .map(({ table }) => table)
      .filter((name) => name.startsWith(typed));
  }

  private filled(): readonly Dataset[] {
    return DATASETS.filter((dataset) => this.versions.hasRows(dataset));
  }

  private async read(uri: string, { cancellation }: CallContext): Promise<ResourceResult> {
    const dataset = datasetNamed(ADDRESS.valueIn(uri) ?? '');
    if (!dataset) throw new ToolInputError(`Resource not found: ${uri}`);
    return jsonResource(uri, this.cache, dataset.table, async () => {
      const { content } = await this.describe.run({ dataset: dataset.table }, cancellation.signal);
      const sample = await this.coverage.sample(dataset, SAMPLE_ROWS, cancellation.signal);
      return { records: sample.length, content: { ...content, sample } };
    });
  }
}
