// Checks and compiles some files of a folder whose other files are compiled already; the whole takes three times as long.
// node compile-changed.mjs FOLDER FILE…; exit code 1, and what is wrong on stderr, where a file has an error.
import { join } from 'node:path';
import ts from 'typescript';

const [folder, ...files] = process.argv.slice(2);
const { config } = ts.readConfigFile(join(folder, 'tsconfig.build.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
const program = ts.createProgram(
  files.map((file) => join(folder, file)),
  { ...options, incremental: false, tsBuildInfoFile: undefined, declaration: false },
);
const sources = files.map((file) => program.getSourceFile(join(folder, file)));
const problems = sources.flatMap((source) => [
  ...program.getSyntacticDiagnostics(source),
  ...program.getSemanticDiagnostics(source),
]);
const host = { getCurrentDirectory: () => folder, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
process.stderr.write(ts.formatDiagnostics(problems, host));
if (problems.length > 0) process.exit(1);
for (const source of sources) program.emit(source);
