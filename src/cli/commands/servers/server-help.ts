/** Who may: of each command, behind its help. */
const BY_READERS = 'Needs `tallygate login` first, or an API key with gateway:read.';
const BY_WRITERS = 'Needs `tallygate login` first, or an API key with gateway:write.';

/** What stands below the options of each command of `tallygate servers`: examples, and what they do not show. */
export const SERVER_HELP: Readonly<Record<string, string>> = {
  list: `
Examples:
  tallygate servers list
  tallygate servers list --json | jq '.[] | select(.health.status != "healthy") | .name'

Below the table stands what is wrong with a server, and what of it waits for approval. ${BY_READERS}`,
  add: `
Examples:
  tallygate servers add file-server base_path=/data
  tallygate servers add http --name search url=https://search.example.com/mcp
  tallygate servers add http --pool search --config - < second-search-server.json

A template is one of gateway.yaml, or a shipped one that is switched on there (docs/servers.md). A value is JSON, else text. Put those
that are secret into a file for --config: other users of the machine can see options. Without --name the server is called as its
template, or as the host of its URL; without --pool it is a pool of its own name. Its tools are {pool}__{tool}, and names stay as they
are. A server that cannot start is added all the same, and the answer says why. ${BY_WRITERS}`,
  remove: `
Examples:
  tallygate servers remove file-server

There is no question before. What was approved and changed of it goes too, the changes with the last server of its pool; its name may be
used again. ${BY_WRITERS}`,
  check: `
Examples:
  tallygate servers check file-server

Asks the server now, and reads again what it offers. Exit code 1 if it cannot serve. ${BY_WRITERS}`,
  tools: `
Examples:
  tallygate servers tools file-server
  tallygate servers tools file-server --kind tool
  tallygate servers tools file-server --diff

Names are the server's own, without a prefix. PIN is the beginning of a hash of what a definition means. STATE: approved; quarantined,
where WHY says whether it is new or has changed, and no caller gets it until it is approved; or unusable, with the reason. FOR CALLERS
is what \`tallygate servers change\` has changed. --diff shows definitions that wait, lines with - as they were approved and with + as they
are now. ${BY_READERS}`,
  approve: `
Examples:
  tallygate servers tools file-server --diff
  tallygate servers approve file-server read_file@6c1f0e2ab9d4
  tallygate servers approve file-server read_file write_file
  tallygate servers approve file-server --all --yes

NAME@PIN, as \`tallygate servers tools\` shows both, approves what you have looked at: if it has changed since, nothing is approved. Of PIN
the first 8 characters do. NAME alone, and --all, are shown as by --diff, and you are asked; where there is no terminal to ask at, the
command ends with code 2 unless --yes is given. ${BY_WRITERS}`,
  change: `
Examples:
  tallygate servers change file-server write_file --off
  tallygate servers change search find --name look_up --description "Finds a document."
  tallygate servers change search find --set tenant=acme limit=20
  tallygate servers change search find --values - < fixed-arguments.json
  tallygate servers change search find --name "" --unset tenant

What is not given stays as it is. All servers of the pool have the change. An argument that is fixed is put into every call; callers
neither see nor send it. Put values that are secret into a file for --values: other users of the machine can see options. What the
server defines stays approved. \`tallygate servers tools\` shows what is changed. ${BY_WRITERS}`,
};
