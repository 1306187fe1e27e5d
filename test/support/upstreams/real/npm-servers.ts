import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Request } from './comparison.js';
import { call } from './own-servers.js';
import type { Program } from './lines.js';
import type { RealServer } from './real-server-rig.js';

/** A program of a package that the tests have, run by this Node. */
const ofPackage = (name: string, ...args: string[]): Program => ({
  command: process.execPath,
  args: [resolve('node_modules', '@modelcontextprotocol', name, 'dist', 'index.js'), ...args],
});

const EVERYTHING: Omit<RealServer, 'name' | 'program'> = {
  except: [
    'get-env', // shows the environment
    'get-roots-list', // over stdio no caller is asked for roots
    'gzip-file-as-resource', // fetches from the web
    'simulate-research-query', // a task
    'toggle-simulated-logging', // begins what goes on for long
    'toggle-subscriber-updates',
    'trigger-long-running-operation', // 10 s; below it is shorter
  ],
  talks: [
    [
      'tools/call',
      '{"name":"trigger-long-running-operation","arguments":{"duration":0.2,"steps":3},"_meta":{"progressToken":"mine"}}',
    ],
    call('trigger-elicitation-request', '{}'),
    call('trigger-sampling-request', '{"prompt":"Hello \\u00e9","maxTokens":10}'),
  ],
  varies: /\d{4}-\d\d-\d\dT[\d:.]+Z|\d+:\d\d:\d\d [AP]M|(?<=IGNyZWF0ZWQgYXQg)[\w+/]+=*/g, // the last: behind ` created at ` in Base64
  requests: () => [
    call('echo', '{"message":"naïve — \\u00e9 \\ud83d\\ude00 </script>"}'),
    call('echo', '{"message":9007199254740993}'),
    call('get-sum', '{"a":1e3,"b":-0.50}'),
    call('get-sum', '{"a":9007199254740993,"b":0}'),
    call('get-structured-content', '{"location":"New York"}'),
    call('get-annotated-message', '{"messageType":"error","includeImage":true}'),
    call('get-resource-reference', '{"resourceType":"Blob","resourceId":2}'),
    call('get-resource-links', '{"count":3}'),
    call('trigger-long-running-operation', '{"duration":0.1,"steps":2}'),
    ['resources/read', '{"uri":"demo://resource/dynamic/text/7"}'],
    ['resources/read', '{"uri":"demo://resource/dynamic/blob/7"}'],
    ['resources/read', '{"uri":"demo://resource/dynamic/text/none"}'],
    ['prompts/get', '{"name":"args-prompt","arguments":{"city":"Zürich","state":"ZH"}}'],
    ['prompts/get', '{"name":"resource-prompt","arguments":{"resourceType":"Text","resourceId":"3"}}'],
    ['prompts/get', '{"name":"resource-prompt","arguments":{"resourceType":"Text","resourceId":"none"}}'],
    completion('{"type":"ref/prompt","name":"completable-prompt"}', 'department', ''),
    completion('{"type":"ref/prompt","name":"completable-prompt"}', 'department', 'E'),
    completion('{"type":"ref/prompt","name":"completable-prompt"}', 'name', '', '{"department":"Engineering"}'),
    completion('{"type":"ref/prompt","name":"completable-prompt"}', 'nobody-knows', ''),
    completion('{"type":"ref/resource","uri":"demo://resource/dynamic/text/{resourceId}"}', 'resourceId', '4'),
  ],
};

/** @param others Arguments that are filled in already, as JSON */
export function completion(ref: string, argument: string, value: string, others?: string): Request {
  const context = others === undefined ? '' : `,"context":{"arguments":${others}}`;
  return ['completion/complete', `{"ref":${ref},"argument":{"name":"${argument}","value":"${value}"}${context}}`];
}

export const EVERYTHING_STDIO: RealServer = {
  ...EVERYTHING,
  name: 'everything',
  program: () => ofPackage('server-everything', 'stdio'),
};

export const EVERYTHING_HTTP: RealServer = {
  ...EVERYTHING,
  name: 'everything-http',
  path: '/mcp',
  program: ({ port }) => ({ ...ofPackage('server-everything', 'streamableHttp'), env: { PORT: String(port) } }),
};

export const FILESYSTEM: RealServer = {
  name: 'filesystem',
  program: ({ folder }) => ofPackage('server-filesystem', folder),
  prepare: (folder) => {
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    writeFileSync(join(folder, 'a.txt'), 'one\ntwo\r\nthree — é 😀\n');
    writeFileSync(join(folder, 'deep', 'er', 'b.json'), '{"a":1.0}');
    writeFileSync(join(folder, 'pixel.png'), Buffer.from('iVBORw0KGgo=', 'base64'));
  },
  varies: /(created|modified|accessed): [^\\\n"]+/g,
  requests: (folder) => [
    call('read_text_file', JSON.stringify({ path: join(folder, 'a.txt') })),
    call('read_text_file', JSON.stringify({ path: join(folder, 'a.txt'), head: 2, tail: 2 })),
    call('read_text_file', `{"path":${JSON.stringify(join(folder, 'a.txt'))},"head":1.0}`),
    call('read_media_file', JSON.stringify({ path: join(folder, 'pixel.png') })),
    call('read_multiple_files', JSON.stringify({ paths: [join(folder, 'a.txt'), join(folder, 'none.txt')] })),
    call('read_file', '{"path":"/etc/passwd"}'),
    call('list_directory', JSON.stringify({ path: folder })),
    call('list_directory_with_sizes', JSON.stringify({ path: folder, sortBy: 'size' })),
    call('directory_tree', JSON.stringify({ path: folder })),
    call('search_files', JSON.stringify({ path: folder, pattern: '**/*.json' })),
    call('get_file_info', JSON.stringify({ path: join(folder, 'a.txt') })),
    call('write_file', JSON.stringify({ path: join(folder, 'c.txt'), content: 'x\u0001\u2028\ty' })),
    call('edit_file', JSON.stringify({ path: join(folder, 'c.txt'), edits: [{ oldText: 'y', newText: 'y' }], dryRun: true })),
  ],
};

const ENTITIES = '{"entities":[{"name":"Ada","entityType":"person","observations":["9007199254740993"],"extra":1.0}]}';

export const MEMORY: RealServer = {
  name: 'memory',
  program: ({ folder, place }) => ({ ...ofPackage('server-memory'), env: { MEMORY_FILE_PATH: join(folder, `${place}.jsonl`) } }),
  requests: () => [
    call('create_entities', ENTITIES),
    call('create_entities', ENTITIES),
    call('add_observations', '{"observations":[{"entityName":"Ada","contents":["wrote\\nnotes"]}]}'),
    call('add_observations', '{"observations":[{"entityName":"Nobody","contents":["x"]}]}'),
    call('create_relations', '{"relations":[{"from":"Ada","to":"Ada","relationType":"is"}]}'),
    call('read_graph', '{}'),
    call('search_nodes', '{"query":"ada"}'),
    call('open_nodes', '{"names":["Ada","Nobody"]}'),
    call('delete_entities', '{"entityNames":"Ada"}'),
    call('delete_entities', '{"entityNames":["Ada"]}'),
  ],
};
