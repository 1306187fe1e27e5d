// Writes the types of `tallygate/client` from the API document: node scripts/client-types.mjs [document [output]].
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { ROOT } from './ensure.mjs';

const NOTE = '/* eslint-disable max-lines */\n// Written by `npm run openapi` from openapi.json. Do not edit.\n\n';
const written = join(ROOT, 'src', 'client', 'openapi.types.ts');
const [document = join(ROOT, 'openapi.json'), output = written] = process.argv.slice(2);

const api = JSON.parse(readFileSync(document, 'utf8'));
const types = astToString(await openapiTS(api, { defaultNonNullable: false }));
/** What a program can choose from, which types alone do not tell it. */
const actions = api.paths['/api/admin/audit'].get.parameters.find(({ name }) => name === 'action').schema.enum;
const values = `\n/** What the audit log can tell of. */\nexport const AUDIT_ACTIONS = ${JSON.stringify(actions)} as const;\n`;
const style = await resolveConfig(written);
writeFileSync(output, await format(NOTE + types + values, { ...style, parser: 'typescript' }));
