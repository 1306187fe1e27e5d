// Writes the types of `tallygate/client` from the API document: node scripts/client-types.mjs [document [output]].
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { ROOT } from './ensure.mjs';

const NOTE = '/* eslint-disable max-lines */\n// Written by `npm run openapi` from openapi.json. Do not edit.\n\n';
const written = join(ROOT, 'src', 'client', 'openapi.types.ts');
const [document = join(ROOT, 'openapi.json'), output = written] = process.argv.slice(2);

const types = astToString(await openapiTS(JSON.parse(readFileSync(document, 'utf8')), { defaultNonNullable: false }));
const style = await resolveConfig(written);
writeFileSync(output, await format(NOTE + types, { ...style, parser: 'typescript' }));
